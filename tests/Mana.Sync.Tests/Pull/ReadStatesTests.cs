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
