using Mana.Sync.Cursors;
using Mana.Sync.Pull;
using Mana.Sync.Spaces;

namespace Mana.Sync.Tests.Pull;

/// <summary>sync.md 14.4: what one bare timestamp stands for, when it stands for two things.</summary>
public sealed class ReadStatesTests
{
    static readonly ScopeAccess Space = new("space:s", 7, MayWrite: true, 1000);
    static readonly Tenant Caller = new("p", [Space]);

    /// <summary>
    /// Seed 276 of the simulation: a device that lost its data but kept its id reads everything anew, and a page ends on the timestamp on which
    /// an earlier push ended. Had the push's state won, the device's own rows would have been left out for ever.
    /// </summary>
    [Fact]
    public void A_first_read_stays_one_when_an_earlier_push_ended_on_the_same_timestamp()
    {
        var push = new ReadState("", 401, new ReadVector(400, new() { [Space.Key] = 380 }));
        var page = new ReadState("tasks", 401, new ReadVector(401, new() { [Space.Key] = 401 }));
        var start = ReadStates.Start(Request("tasks", 401), [push, page]);
        Assert.Equal((401, 381), (start.Own, start.At(Space)));
    }

    /// <summary>
    /// Seed 3693: read tasks, joined a space, read notes, both to the same timestamp. What it stands for in notes holds the space; a push answers for
    /// tasks, too, of which nothing in the space has been read.
    /// </summary>
    [Fact]
    public void A_push_believes_no_state_of_a_single_collection_for_all_of_them()
    {
        var joined = new Tenant("p", [Space with { JoinedMicros = 1_000 }]);
        var notes = new ReadState("notes", 900, new ReadVector(900, new() { [Space.Key] = 900 }));
        var whole = notes with { Collection = "" };
        var push = new DeltaRequest(joined, new Selection(["todo"], []), "d1", new ReadStart(null, 900), 100);
        Assert.Equal((900, 0), (ReadStates.Start(push, [notes]).Own, ReadStates.Start(push, [notes]).At(Space)));
        Assert.Equal((900, 900), (ReadStates.Start(push, [whole]).Own, ReadStates.Start(push, [whole]).At(Space)));
    }

    /// <summary>
    /// A page that ends on the next odd number gives out what lies between, in every scope that the bare number speaks for; the state that goes with
    /// it says so.
    /// </summary>
    [Fact]
    public void A_timestamp_is_counted_up_only_over_what_was_given_out()
    {
        var request = Request("tasks", 101);
        var start = new ReadVector(100, new() { [Space.Key] = 50 });
        var over = ReadStates.StepOver(request, start)!;
        Assert.Equal((100, 103), (over.Own, over.At(Space)));
        var end = ReadStates.SteppedOver(request, new PageEnd(new ReadVector(100, new() { [Space.Key] = 61 }), 101, true));
        Assert.Equal((102, 61), (end.Vector.Own, end.Vector.At(Space)));
        var (told, change) = ReadStates.Told(request, end, start, known: true);
        Assert.Equal((103, ReadStateChange.Store), (told.SyncedUntil, change));
        // Without its state it skips nothing that the state would give out.
        Assert.Equal((103, 0), (ReadVector.OfSince(103, Caller).Own, ReadVector.OfSince(103, Caller).At(Space)));

        Assert.Null(ReadStates.StepOver(Request("tasks", 100), start));
        Assert.Null(ReadStates.StepOver(request, new ReadVector(101, new() { [Space.Key] = 101 })));
    }

    /// <summary>Where own rows are wanted again (a first read), the step wants them too; what is far behind is not said to be given out.</summary>
    [Fact]
    public void A_step_keeps_what_kind_of_reader_it_is()
    {
        var request = Request("tasks", 101);
        Assert.Equal(101, ReadStates.StepOver(request, new ReadVector(101, new() { [Space.Key] = 50 }))!.Own);
        Assert.Equal(103, ReadStates.SteppedOver(request, new PageEnd(new ReadVector(101, []), 101, true)).Vector.Own);
        Assert.Equal(60, ReadStates.SteppedOver(request, new PageEnd(new ReadVector(60, []), 101, true)).Vector.Own);
    }

    /// <summary>Counted up from just before a timestamp could speak for the space, it must not begin to.</summary>
    [Fact]
    public void Counting_up_never_reaches_a_membership()
    {
        var from = Space.CoveredFrom;
        Assert.Equal((from, 0, 0, from + 1_000_001), (
            ReadVector.OfSince(from, Caller).At(Space), ReadVector.OfSince(from + 1, Caller).At(Space), ReadVector.OfSince(from + 999_999, Caller).At(Space),
            ReadVector.OfSince(from + 1_000_001, Caller).At(Space)));
        Assert.Equal(from + 1, ReadVector.OfSince(from + 1, Caller).Own);
    }

    [Theory]
    [InlineData(400, 400, 402)]
    [InlineData(401, 402, 401)]
    [InlineData(401, 400, 501)]
    [InlineData(0, 400, 0)]
    public void The_least_position_leaves_out_nothing_that_either_wants(long expected, long one, long other)
    {
        Assert.Equal(expected, Position.Least([one, other]));
        Assert.Equal(expected, Position.Least([other, one]));
    }

    static DeltaRequest Request(string collection, long since) => new(Caller, new Selection(["todo"], [collection]), "d1", new ReadStart(null, since), 100);
}
