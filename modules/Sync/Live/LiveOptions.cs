using Mana.Kernel.Configuration;

namespace Mana.Sync.Live;

/// <summary>Section <c>Sync:Live</c>. Everything that a stranger or a forgotten browser tab could make grow has a cap here.</summary>
internal sealed class LiveOptions : IManaOptions
{
    public int SocketsPerUser { get; set; } = 50;

    public int StreamsPerUser { get; set; } = 50;

    /// <summary>Sockets that have not said who they are yet.</summary>
    public int UnauthenticatedSockets { get; set; } = 2_000;

    /// <summary>Sockets and streams of this host together; below Kestrel's own limit, so that pushes and pulls still get in.</summary>
    public int Connections { get; set; } = 15_000;

    /// <summary>A socket must authenticate within this time (sync.md 9.3).</summary>
    public int AuthSeconds { get; set; } = 10;

    /// <summary>Time between protocol pings on an idle socket; two unanswered ones end it.</summary>
    public int PingSeconds { get; set; } = 27;

    /// <summary>Time between heartbeats of a stream (sync.md 8.2).</summary>
    public int HeartbeatSeconds { get; set; } = 30;

    /// <summary>How many streams of this host read from the database at once; the others wait, so that pushes find connections.</summary>
    public int ConcurrentReads { get; set; } = 8;

    public IEnumerable<string> Problems(bool production)
    {
        if (SocketsPerUser < 1 || StreamsPerUser < 1 || UnauthenticatedSockets < 1 || Connections < 1)
            yield return "Sync:Live: SocketsPerUser, StreamsPerUser, UnauthenticatedSockets and Connections must be positive.";
        if (AuthSeconds < 1 || PingSeconds < 1 || HeartbeatSeconds < 1)
            yield return "Sync:Live: AuthSeconds, PingSeconds and HeartbeatSeconds must be positive.";
        if (ConcurrentReads < 1)
            yield return "Sync:Live:ConcurrentReads must be positive.";
    }
}
