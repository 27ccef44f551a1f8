using System.Collections.Concurrent;

namespace Mana.Sync.Devices;

/// <summary>What a request tells about the device that sent it.</summary>
/// <param name="Cursor">Position in the own scope that the device was given.</param>
/// <param name="ClockAheadMs">Of a push: how far its newest edit lies ahead of us.</param>
/// <param name="Error">Code of the refusal, if it was one.</param>
internal sealed record DeviceNote(string UserId, string ClientId, string AppId, DateTimeOffset SeenAt, long? Cursor, long? ClockAheadMs, string? Error, DateTimeOffset? ErrorAt)
{
    public DeviceNote After(DeviceNote older) => this with
    {
        Cursor = Cursor ?? older.Cursor,
        ClockAheadMs = ClockAheadMs ?? older.ClockAheadMs,
        Error = Error ?? older.Error,
        ErrorAt = ErrorAt ?? older.ErrorAt,
    };
}

/// <summary>
/// Collects notes about devices in memory; <see cref="DeviceLog"/> writes them down now and then, so that no request pays for its own
/// diagnosis. Bounded: when too many devices are waiting, notes about further ones are dropped until the next writing.
/// </summary>
internal sealed class DeviceNotes(TimeProvider time)
{
    const int Most = 20_000;
    ConcurrentDictionary<(string User, string Client, string App), DeviceNote> _notes = new();

    public void Read(string userId, string clientId, string appId, long cursor) => Add(userId, clientId, appId, cursor, null, null);

    public void Pushed(string userId, string clientId, string appId, long? clockAheadMs) => Add(userId, clientId, appId, null, clockAheadMs, null);

    public void Refused(string userId, string clientId, string appId, string error) => Add(userId, clientId, appId, null, null, error);

    public IEnumerable<DeviceNote> Of(string userId) => _notes.Values.Where(note => note.UserId == userId);

    public void Forget(string userId)
    {
        foreach (var key in _notes.Keys.Where(key => key.User == userId))
            _notes.TryRemove(key, out _);
    }

    public IReadOnlyCollection<DeviceNote> Take() => [.. Interlocked.Exchange(ref _notes, new()).Values];

    void Add(string userId, string clientId, string appId, long? cursor, long? clockAheadMs, string? error)
    {
        // Nameless devices cannot be told apart, and names that are refused must not fill the table.
        if (clientId.Length is 0 or > Wire.Limits.NameChars || appId.Length > Wire.Limits.NameChars)
            return;
        var (notes, key) = (_notes, (userId, clientId, appId));
        if (notes.Count >= Most && !notes.ContainsKey(key))
            return;
        var now = time.GetUtcNow();
        var note = new DeviceNote(userId, clientId, appId, now, cursor, clockAheadMs, error, error is null ? null : now);
        notes.AddOrUpdate(key, note, (_, older) => note.After(older));
    }
}
