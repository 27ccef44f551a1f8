using System.Buffers;
using System.Buffers.Text;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Mana.Kernel.Errors;
using Mana.Sync.Wire;

namespace Mana.Sync.Cursors;

/// <summary>
/// The opaque cursor (sync.md 14.4): for each scope the last position the client has consumed of an app, or of one collection of it.
/// It carries no authority: what a caller may read is decided anew on every request. The check bytes bind it to user and app, so that
/// a cursor that was cut, edited or mixed up is refused instead of silently skipping changes.
/// </summary>
/// <param name="Collection">Null: the whole app.</param>
/// <param name="Own">Position in the caller's own scope.</param>
internal sealed record SyncCursor(string AppId, string? Collection, long Own)
{
    const string Version = "v1.";
    const int CheckBytes = 8;
    const int LongestText = 4096;

    /// <summary>The one character that no app or collection can be named with.</summary>
    const char Separator = '\0';

    public string Encode(string userId)
    {
        var payload = Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{AppId}{Separator}{Collection}{Separator}{Own}"));
        return Version + Base64Url.EncodeToString([.. Check(userId, payload), .. payload]);
    }

    /// <summary>Null unless the text is, character for character, what <see cref="Encode"/> gives for this user.</summary>
    public static SyncCursor? Decode(string text, string userId)
    {
        if (!text.StartsWith(Version, StringComparison.Ordinal) || text.Length > LongestText)
            return null;
        var bytes = new byte[Base64Url.GetMaxDecodedLength(text.Length - Version.Length)];
        if (Base64Url.DecodeFromChars(text.AsSpan(Version.Length), bytes, out _, out var length) != OperationStatus.Done || length <= CheckBytes)
            return null;
        var parts = Encoding.UTF8.GetString(bytes.AsSpan(CheckBytes, length - CheckBytes)).Split(Separator);
        if (parts.Length != 3 || !long.TryParse(parts[2], NumberStyles.None, CultureInfo.InvariantCulture, out var own))
            return null;
        var cursor = new SyncCursor(parts[0], parts[1].Length == 0 ? null : parts[1], own);
        return cursor.Encode(userId) == text ? cursor : null;
    }

    static byte[] Check(string userId, ReadOnlySpan<byte> payload)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(Encoding.UTF8.GetBytes(userId));
        hash.AppendData([0]);
        hash.AppendData(payload);
        return hash.GetHashAndReset()[..CheckBytes];
    }
}

/// <summary>Where a read starts.</summary>
/// <param name="After">Rows behind this position are wanted; 0 is the beginning.</param>
internal readonly record struct ReadPosition(long After)
{
    /// <summary>
    /// Positions of rows are even numbers; a page that was cut while a client still fetches its first state ends on the odd number
    /// behind its last row. So both cursor kinds carry, without server memory, that the caller's own rows are wanted too:
    /// a device that lost its data but kept its client id gets everything back, also beyond the first page.
    /// </summary>
    public bool IsInitial => After <= 0 || (After & 1) == 1;

    /// <summary>The cursor of a page that was cut behind <paramref name="lastSeq"/>.</summary>
    public long CutAt(long lastSeq) => IsInitial ? lastSeq + 1 : lastSeq;

    /// <summary>
    /// The cursor of a complete page: the newest position of the scope. It never lies behind a <c>since</c> of the past, and it is never
    /// taken from a clock, so a row that commits later always lies beyond it.
    /// </summary>
    public long CompleteAt(long scopeSeq, long nowMicros) => After > nowMicros ? scopeSeq : Math.Max(scopeSeq, Math.Max(After, 0));

    /// <summary>Resolves <c>cursor</c> (wins) or <c>since</c>; a <c>since</c> that is missing or unreadable means the beginning (sync.md 6.2).</summary>
    public static (ReadPosition Position, ApiError? Error) Resolve(string? cursor, string? since, string userId, string appId, string? collection)
    {
        if (cursor is { Length: > 0 })
            return SyncCursor.Decode(cursor, userId) is { } decoded && decoded.AppId == appId && (decoded.Collection is null || decoded.Collection == collection)
                ? (new ReadPosition(decoded.Own), null)
                : (default, SyncError.InvalidCursor());
        return since is { Length: > 0 and < 64 } && Rfc3339.TryParse(Encoding.UTF8.GetBytes(since), out var micros)
            ? (new ReadPosition(Math.Max(micros, 0)), null)
            : (default, null);
    }
}
