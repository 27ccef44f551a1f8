using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core.Features;

namespace Mana.Kernel.Connections;

/// <summary>
/// A connection's feature by which a request that was answered with 101 (RFC 9110, 15.2.2) takes the connection over. What speaks the other
/// protocol begins when HTTP has ended and let go of everything that belonged to the request: a socket that is open for hours would
/// otherwise keep the request, its headers and features, and whatever surrounded its handler, on the heap for as long.
/// </summary>
public interface IConnectionHandover
{
    /// <summary>The bytes of the connection behind those of the request. To be used by the session only.</summary>
    Stream Stream { get; }

    /// <summary>Cuts the connection, whatever is under way on it.</summary>
    void Abort();

    /// <summary>Returns at once. The session runs after the request's handler has returned; when it has ended, the connection is closed.</summary>
    /// <param name="session">Should not hold on to the request.</param>
    void Continue(Func<Task> session);
}

public static class ConnectionHandoverExtensions
{
    /// <summary>Gives every connection of an endpoint the feature <see cref="IConnectionHandover"/>. Kestrel only.</summary>
    public static IConnectionBuilder UseConnectionHandover(this IConnectionBuilder endpoint) =>
        endpoint.Use(http => connection => ConnectionHandover.RunAsync(http, connection));
}

/// <summary>Stands between Kestrel's transport and its HTTP, for as long as the connection lives.</summary>
internal sealed class ConnectionHandover : IConnectionHandover, IConnectionHeartbeatFeature
{
    /// <summary>Of the server's heart, which beats once a second.</summary>
    const int BeatsOfDrain = 5;

    readonly ConnectionContext _connection;
    readonly IConnectionHeartbeatFeature? _heart;
    Action? _beat;
    Func<Task>? _session;

    ConnectionHandover(ConnectionContext connection) =>
        (_connection, _heart, Stream) = (connection, connection.Features.Get<IConnectionHeartbeatFeature>(), new TransportStream(connection.Transport));

    public Stream Stream { get; }

    public void Abort() => _connection.Abort(new ConnectionAbortedException("The session has cut the connection."));

    public void Continue(Func<Task> session) => _session = session;

    /// <summary>HTTP asks for a heartbeat, for its time-outs. It gets it through here, because the server never forgets whom it has promised one.</summary>
    public void OnHeartbeat(Action<object> action, object state)
    {
        if (_beat is null)
            _heart?.OnHeartbeat(static handover => ((ConnectionHandover)handover)._beat?.Invoke(), this);
        _beat += () => action(state);
    }

    public static async Task RunAsync(ConnectionDelegate http, ConnectionContext connection)
    {
        var handover = new ConnectionHandover(connection);
        connection.Features.Set<IConnectionHandover>(handover);
        connection.Features.Set<IConnectionHeartbeatFeature>(handover);
        await http(connection);
        if (handover._session is not { } session)
            return;
        handover.ForgetHttp();
        try
        {
            await session();
        }
        finally
        {
            handover.LimitDrain();
        }
    }

    /// <summary>The server sends what is still in its buffers before it closes. A client that does not read it would have a connection for ever, which nobody counts any more.</summary>
    void LimitDrain()
    {
        var beats = 0;
        _beat = () =>
        {
            if (++beats == BeatsOfDrain)
                Abort();
        };
    }

    void ForgetHttp()
    {
        (_beat, _session) = (null, null);
        _connection.Features.Set<IConnectionTimeoutFeature>(null);
        _connection.Features.Set<IConnectionHandover>(null);
        _connection.Features.Set<IConnectionHeartbeatFeature>(_heart);
    }
}
