using Mana.Auth.Contracts;

namespace Mana.Sync.Spaces;

/// <summary>One scope that a person may read: their own, or that of a shared space they are a member of.</summary>
/// <param name="Name"><c>user:&lt;id&gt;</c> or <c>space:&lt;id&gt;</c>.</param>
/// <param name="Key">Tells this membership from an earlier one in the same space; 0 for the own scope.</param>
/// <param name="JoinedMicros">Start of the membership, µs since 1970; 0 for the own scope.</param>
internal sealed record ScopeAccess(string Name, ulong Key, bool MayWrite, long JoinedMicros);
