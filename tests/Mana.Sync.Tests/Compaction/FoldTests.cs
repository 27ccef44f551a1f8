using System.Text;
using Mana.Sync.Compaction;
using Mana.Sync.Merge;

namespace Mana.Sync.Tests.Compaction;

public sealed class FoldTests
{
    /// <summary>It was edited long after it was deleted: taking the deletion back must bring that edit.</summary>
    [Fact]
    public void Emptying_a_tombstone_leaves_what_was_edited_since()
    {
        var state = new RecordState(new(StringComparer.Ordinal) { ["title"] = At(10), ["note"] = At(300), [RecordState.DeletedAt] = At(20) }, new Stamp(10, 10), null);
        var emptied = Fold.Emptied(state, 100)!;
        Assert.Equal([RecordState.DeletedAt, "note"], emptied.Fields.Keys.Order(StringComparer.Ordinal));
        Assert.Null(Fold.Emptied(emptied, 100));
        Assert.Equal([RecordState.DeletedAt], Fold.Emptied(emptied, 400)!.Fields.Keys);
    }

    static FieldVersion At(long seq) => new(new Stamp(seq, seq), Encoding.UTF8.GetBytes("\"x\""), Encoding.UTF8.GetBytes("\"v\""));
}
