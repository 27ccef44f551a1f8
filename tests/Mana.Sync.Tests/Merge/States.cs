using System.Globalization;
using System.Text;
using FsCheck;
using FsCheck.Fluent;
using Mana.Sync.Merge;
using Mana.Sync.Wire;

namespace Mana.Sync.Tests.Merge;

/// <summary>Small worlds of record states and edits, in which equal times are the rule rather than the exception.</summary>
internal static class States
{
    static readonly string[] FieldNames = ["a", "b", RecordState.DeletedAt];

    static readonly Gen<Stamp?> Marks = Gen.OneOf(Gen.Constant<Stamp?>(null), Stamps(4).Select(stamp => (Stamp?)stamp));

    /// <summary>States as they can arise: nothing in them is older than their own hard delete. Equal stamps mean the same version.</summary>
    public static Gen<RecordState> Any =>
        from fields in Gen.ListOf(Gen.Zip(Gen.Elements(FieldNames), Stamps(4)))
        from inserted in Marks
        from erased in Marks
        select RecordState.Join(RecordState.Empty, new RecordState(Fields(fields), inserted, erased));

    /// <summary>A list of edits whose positions are their places in it. Hard deletes come at the latest time, so that they mean the same in any order.</summary>
    public static Gen<RecordEdit[]> Edits =>
        from edits in Gen.ListOf(Edit)
        select edits.Select((edit, index) => edit with { Seq = (index + 1) * 2 }).ToArray();

    static Gen<RecordEdit> Edit =>
        from kind in Gen.Elements(EditKind.Insert, EditKind.Update, EditKind.Update, EditKind.Delete, EditKind.Erase)
        from names in Gen.SubListOf(kind == EditKind.Delete ? [RecordState.DeletedAt] : FieldNames)
        from values in Gen.ListOf(Gen.Zip(Gen.Elements("1", "2", "null"), Gen.Choose(1, 4)), 3)
        select new RecordEdit(
            kind, kind == EditKind.Erase ? [] : [.. names.Select((name, index) => new EditedField(name, Utf8(values[index].Item1), Time(values[index].Item2), values[index].Item2))], 0, 4);

    public static string Describe(RecordState state) =>
        string.Join(' ', state.Fields.OrderBy(field => field.Key, StringComparer.Ordinal).Select(field => $"{field.Key}={Encoding.UTF8.GetString(field.Value.Value.Span)}@{field.Value.Stamp}"))
        + $" inserted {state.Inserted} erased {state.Erased}";

    /// <summary>The time token of <paramref name="at"/> µs.</summary>
    public static byte[] Time(long at) => Utf8("\"" + Rfc3339.FormatMicros(at) + "\"");

    static Gen<Stamp> Stamps(int latest) => from at in Gen.Choose(1, latest) from seq in Gen.Choose(1, 4) select new Stamp(at, seq * 2);

    static Dictionary<string, FieldVersion> Fields(IEnumerable<(string Name, Stamp Stamp)> fields)
    {
        var versions = new Dictionary<string, FieldVersion>(StringComparer.Ordinal);
        foreach (var (name, stamp) in fields)
            versions[name] = new FieldVersion(stamp, Time(stamp.At), Utf8(string.Create(CultureInfo.InvariantCulture, $"\"{name}{stamp.At}-{stamp.Seq}\"")));
        return versions;
    }

    static byte[] Utf8(string text) => Encoding.UTF8.GetBytes(text);
}
