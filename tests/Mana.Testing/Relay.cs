using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using Npgsql;

namespace Mana.Testing;

/// <summary>
/// A wire to the database that can be cut and mended. On threads of its own: Npgsql asks the server to cancel from inside a cancellation, and waits;
/// on the pool, a host that stops would hold the very threads that carry its question.
/// </summary>
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
        Run(Accept);
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

    void Accept()
    {
        while (true)
        {
            Socket near;
            try
            {
                near = _listener.AcceptSocket();
            }
            catch (Exception exception) when (exception is SocketException or InvalidOperationException)
            {
                return;
            }

            _open.Add(near);
            if (_cut)
                near.Dispose();
            else
                Run(() => Connect(near));
        }
    }

    void Connect(Socket near)
    {
        var onDisk = _target.Host!.StartsWith('/');
        using var far = onDisk ? new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified) : new Socket(SocketType.Stream, ProtocolType.Tcp);
        _open.Add(far);
        try
        {
            if (onDisk)
                far.Connect(new UnixDomainSocketEndPoint($"{_target.Host}/.s.PGSQL.{_target.Port}"));
            else
                far.Connect(_target.Host, _target.Port);
            Run(() => Copy(far, near));
            Copy(near, far);
        }
        catch (Exception exception) when (exception is SocketException or ObjectDisposedException)
        {
            near.Dispose();
        }
    }

    /// <summary>Until one side ends, or is cut; then both have ended.</summary>
    static void Copy(Socket from, Socket to)
    {
        var buffer = new byte[16 * 1024];
        try
        {
            for (int read; (read = from.Receive(buffer)) > 0;)
                to.Send(buffer.AsSpan(0, read));
        }
        catch (Exception exception) when (exception is SocketException or ObjectDisposedException)
        {
            // Cut.
        }

        from.Dispose();
        to.Dispose();
    }

    static void Run(Action work) => new Thread(() => work()) { IsBackground = true }.Start();
}
