using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using Npgsql;

namespace Mana.Auth.Tests;

/// <summary>A wire to the database that can be cut and mended.</summary>
public sealed class Relay : IDisposable
{
    readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    readonly ConcurrentBag<Socket> _open = [];
    readonly NpgsqlConnectionStringBuilder _target;
    volatile bool _cut;

    public Relay(string database)
    {
        _target = new NpgsqlConnectionStringBuilder(database);
        _listener.Start();
        _ = AcceptAsync();
    }

    public string ConnectionString => new NpgsqlConnectionStringBuilder(_target.ConnectionString)
    {
        Host = "127.0.0.1",
        Port = ((IPEndPoint)_listener.LocalEndpoint).Port,
    }.ConnectionString;

    public void Cut()
    {
        _cut = true;
        foreach (var socket in _open)
            socket.Dispose();
    }

    public void Mend() => _cut = false;

    public void Dispose()
    {
        Cut();
        _listener.Dispose();
    }

    async Task AcceptAsync()
    {
        while (true)
        {
            Socket near;
            try
            {
                near = await _listener.AcceptSocketAsync();
            }
            catch (Exception exception) when (exception is SocketException or ObjectDisposedException)
            {
                return;
            }

            _open.Add(near);
            if (_cut)
                near.Dispose();
            else
                _ = ConnectAsync(near);
        }
    }

    async Task ConnectAsync(Socket near)
    {
        var onDisk = _target.Host!.StartsWith('/');
        var far = onDisk ? new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified) : new Socket(SocketType.Stream, ProtocolType.Tcp);
        _open.Add(far);
        if (onDisk)
            await far.ConnectAsync(new UnixDomainSocketEndPoint($"{_target.Host}/.s.PGSQL.{_target.Port}"));
        else
            await far.ConnectAsync(_target.Host, _target.Port);
        await Task.WhenAny(CopyAsync(near, far), CopyAsync(far, near));
        near.Dispose();
        far.Dispose();
    }

    static async Task CopyAsync(Socket from, Socket to)
    {
        var buffer = new byte[16 * 1024];
        try
        {
            for (int read; (read = await from.ReceiveAsync(buffer)) > 0;)
                await to.SendAsync(buffer.AsMemory(0, read));
        }
        catch (Exception exception) when (exception is SocketException or ObjectDisposedException)
        {
            // Cut.
        }
    }
}
