namespace Mana.Sync.Contracts;

/// <summary>
/// Hints over the live channels for what other modules keep beside the synchronised records: the same message that a change causes (sync.md 10), so that a client
/// needs one socket. Level-triggered; a hint that is lost costs latency only.
/// </summary>
public interface ILiveHints
{
    /// <summary>Tells all devices of a person, at any host, that something of the name changed. Never blocks and never throws; call it after the commit.</summary>
    /// <param name="appId">The name that clients know the thing by, e.g. <c>reminders</c>; no app of records has it.</param>
    void Announce(string userId, string appId, IReadOnlyList<string> tables);
}
