using System.Text;
using Mana.Kernel.Errors;
using Mana.Sync.Spaces;
using Mana.Sync.Wire;

namespace Mana.Sync.Cursors;

/// <summary>Where a read starts: at an opaque cursor, else at a timestamp. Neither: at the beginning.</summary>
/// <param name="Since">µs; 0 for the beginning, and when a cursor was given.</param>
internal readonly record struct ReadStart(ReadVector? Cursor, long Since)
{
    /// <summary>Resolves <c>cursor</c> (wins) or <c>since</c>; a <c>since</c> that is missing or unreadable means the beginning (sync.md 6.2).</summary>
    public static (ReadStart Start, ApiError? Error) Resolve(string? cursor, string? since, string userId, Selection wanted)
    {
        if (cursor is { Length: > 0 })
            return SyncCursor.Decode(cursor, userId) is { Selection.StateAfter: null } decoded && decoded.Selection.Covers(wanted)
                ? (new ReadStart(decoded.Vector, 0), null)
                : (default, SyncError.InvalidCursor());
        return since is { Length: > 0 and < 64 } && Rfc3339.TryParse(Encoding.UTF8.GetBytes(since), out var micros)
            ? (new ReadStart(null, Math.Max(micros, 0)), null)
            : (default, null);
    }

    public ReadVector Vector(Tenant caller) => Cursor ?? ReadVector.OfSince(Since, caller);
}
