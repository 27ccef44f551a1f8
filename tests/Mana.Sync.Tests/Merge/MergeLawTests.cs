using FsCheck.Fluent;
using Mana.Sync.Merge;

namespace Mana.Sync.Tests.Merge;

/// <summary>What makes convergence a theorem rather than a hope (sync.md 13.2, 13.5).</summary>
public sealed class MergeLawTests
{
    [Fact]
    public void Join_is_commutative() =>
        Properties.Check(Gen.Zip(States.Any, States.Any), 21, pair => Same(RecordState.Join(pair.Item1, pair.Item2), RecordState.Join(pair.Item2, pair.Item1)));

    [Fact]
    public void Join_is_associative() =>
        Properties.Check(from a in States.Any from b in States.Any from c in States.Any select (a, b, c), 22, three => Same(
            RecordState.Join(RecordState.Join(three.a, three.b), three.c),
            RecordState.Join(three.a, RecordState.Join(three.b, three.c))));

    [Fact]
    public void Join_is_idempotent() =>
        Properties.Check(Gen.Zip(States.Any, States.Any), 23, pair =>
        {
            Same(pair.Item1, RecordState.Join(pair.Item1, pair.Item1));
            var joined = RecordState.Join(pair.Item1, pair.Item2);
            Same(joined, RecordState.Join(joined, pair.Item2));
        });

    [Fact]
    public void Nothing_is_neutral() => Properties.Check(States.Any, 24, state => Same(state, RecordState.Join(RecordState.Empty, state)));

    [Fact]
    public void The_same_edits_in_any_order_end_in_the_same_state()
    {
        var shuffled =
            from edits in States.Edits
            from order in Gen.Shuffle(edits)
            select (edits, order);
        Properties.Check(shuffled, 25, pair => Same(Apply(pair.edits), Apply(pair.order)));
    }

    [Fact]
    public void An_edit_that_arrives_again_changes_nothing() =>
        Properties.Check(States.Edits, 26, edits => Same(Apply(edits), Apply([.. edits, .. edits])));

    [Fact]
    public void An_outcome_says_of_each_field_whether_it_is_current() =>
        Properties.Check(States.Edits, 27, edits =>
        {
            var state = RecordState.Empty;
            foreach (var edit in edits)
            {
                var outcome = Merger.Apply(state, edit);
                for (var i = 0; i < edit.Fields.Count; i++)
                    Assert.Equal(!outcome.Lost[i], outcome.After.Fields.TryGetValue(edit.Fields[i].Name, out var current) && current.Stamp.Seq == edit.Seq);
                foreach (var tie in outcome.Ties)
                    Assert.Equal(state.Fields[tie.Field].Stamp, new Stamp(edit.Fields.Single(field => field.Name == tie.Field).AtMicros, tie.Seq));
                state = outcome.After;
            }
        });

    [Fact]
    public void The_stored_form_is_read_back() =>
        Properties.Check(States.Any, 28, state => Same(state, RecordStateJson.Read(RecordStateJson.Write(state))));

    static RecordState Apply(IEnumerable<RecordEdit> edits) => edits.Aggregate(RecordState.Empty, (state, edit) => Merger.Apply(state, edit).After);

    static void Same(RecordState expected, RecordState actual) => Assert.Equal(States.Describe(expected), States.Describe(actual));
}
