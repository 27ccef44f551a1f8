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
