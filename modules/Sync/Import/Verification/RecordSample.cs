using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using Mana.Sync.Spaces;

namespace Mana.Sync.Import.Verification;

internal readonly record struct RecordPlace(string Scope, string App, string Table, string Id);

/// <summary>
/// Replays records while they fit into memory: all of them, or, of a large original, those with the smallest digests. So every run compares
/// the same ones, and no order of the rows favours any.
/// </summary>
internal sealed class RecordSample(int limit)
{
    readonly Dictionary<string, HashSet<ulong>> _known = new(StringComparer.Ordinal);
    readonly Dictionary<RecordPlace, (ulong Digest, ReplayedRecord Record)> _kept = [];
    ulong _below = ulong.MaxValue;

    public long Count => _known.Values.Sum(records => (long)records.Count);

    public IEnumerable<KeyValuePair<RecordPlace, ReplayedRecord>> Kept => _kept.Select(pair => KeyValuePair.Create(pair.Key, pair.Value.Record));

    public long CountOf(string app) => _known.TryGetValue(app, out var records) ? records.Count : 0;

    public void Add(RecordPlace place, OriginalRow row, long position)
    {
        var digest = DigestOf(place);
        if (!_known.TryGetValue(place.App, out var known))
            _known[place.App] = known = [];
        known.Add(digest);
        if (digest > _below)
            return;
        if (!_kept.TryGetValue(place, out var kept))
            _kept[place] = kept = (digest, new ReplayedRecord(row.UserId, ScopeNames.SpaceIdOf(place.Scope) is not null));
        kept.Record.Apply(row, position);
        while (_kept.Count > limit)
            Halve();
    }

    void Halve()
    {
        _below /= 2;
        foreach (var (place, kept) in _kept)
            if (kept.Digest > _below)
                _kept.Remove(place);
    }

    static ulong DigestOf(RecordPlace place) => BinaryPrimitives.ReadUInt64BigEndian(
        SHA256.HashData(Encoding.UTF8.GetBytes(string.Join(Tenant.Separator, place.Scope, place.App, place.Table, place.Id))));
}
