namespace Mana.Sync.Live;

/// <summary>
/// "These tables changed": everything a hint may carry, and nothing about records or values (sync.md 10). Level-triggered: whoever
/// hears it reads from their own cursor, so it may be repeated, merged with others or come late.
/// </summary>
/// <param name="Scope">Name of the scope that was written, see <see cref="Spaces.ScopeAccess"/>.</param>
/// <param name="Tables">Distinct, sorted.</param>
/// <param name="AuthorId">The writing user; with <paramref name="ClientId"/> the device that needs no hint. Empty client id: nobody is left out.</param>
/// <param name="Position">Newest position that was written, µs.</param>
/// <param name="OnlyUser">Not null: only this user may learn of it (private records of a shared space).</param>
internal sealed record Announcement(string Scope, string AppId, IReadOnlyList<string> Tables, string AuthorId, string ClientId, long Position, string? OnlyUser)
{
    byte[]? _hint;

    /// <summary>As a socket message, written once for all who hear it.</summary>
    public byte[] Hint => _hint ??= Sockets.SocketMessages.SyncAvailable(AppId, Tables, Position);
}

/// <summary>Where writers say, after their commit, what they changed.</summary>
internal interface IAnnouncements
{
    /// <summary>Never blocks and never throws: the change is committed, and a lost hint costs latency only.</summary>
    void Announce(Announcement announcement);
}
