using Mana.Auth.Contracts;
using Mana.Auth.Data;
using Mana.Auth.Spaces;
using Npgsql;

namespace Mana.Auth.Tests.Spaces;

/// <summary>Real parallelism: the row locks are what is tested.</summary>
public sealed class SpaceRaceTests(SpaceWorld world) : IClassFixture<SpaceWorld>
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Two_last_owners_who_go_at_once_leave_one(bool secondStepsDown)
    {
        var (ada, bob) = (await world.PersonAsync(), await world.PersonAsync());
        var space = await world.SpaceAsync(ada);
        await world.AddAsync(space, bob, "owner");

        var changes = await AtOnceAsync(
            "SELECT 1 FROM auth.organizations WHERE id = $1 FOR UPDATE", space,
            () => world.RemoveAsync(space, ada),
            () => secondStepsDown ? world.ChangeRoleAsync(space, bob, "member") : world.RemoveAsync(space, bob));

        Assert.Equal([MembershipChange.Done, MembershipChange.LastOwner], changes.Order());
        Assert.Equal(1L, await world.RunAsync("SELECT count(*) FROM auth.members WHERE organization_id = $1 AND role = 'owner'", space));
        Assert.Equal(4, (await world.Events.OfAsync(space)).Count);
    }

    [Fact]
    public async Task One_person_added_twice_at_once_is_one_member_and_one_event()
    {
        var (ada, bob) = (await world.PersonAsync(), await world.PersonAsync());
        var space = await world.SpaceAsync(ada);

        var changes = await AtOnceAsync(
            "SELECT 1 FROM auth.organizations WHERE id = $1 FOR UPDATE", space,
            () => world.AddAsync(space, bob, "member"), () => world.AddAsync(space, bob, "admin"));

        Assert.Equal([MembershipChange.Done, MembershipChange.Unchanged], changes.Order());
        Assert.Single((await world.Events.OfAsync(space)).OfType<SpaceMemberAdded>(), added => added.UserId == bob);
    }

    [Fact]
    public async Task Two_personal_spaces_made_at_once_are_one()
    {
        var ada = await world.PersonAsync();
        Task<SpaceCreation> Create() => world.DoAsync(spaces => spaces.CreateAsync(SpaceType.Personal, "Ada", ada, default));

        var results = await AtOnceAsync("SELECT 1 FROM auth.users WHERE id = $1 FOR NO KEY UPDATE", ada, Create, Create);

        var made = Assert.Single(results.OfType<SpaceCreation.Created>());
        Assert.Equal(made.SpaceId, Assert.Single(results.OfType<SpaceCreation.AlreadyThere>()).SpaceId);
        Assert.Equal(2, (await world.Events.OfAsync(made.SpaceId)).Count);
    }

    /// <summary>Holds the row until both calls stand at it (or are through, if they do not ask for it), then lets them go.</summary>
    async Task<T[]> AtOnceAsync<T>(string sql, string row, params Func<Task<T>>[] calls)
    {
        await using var connection = new NpgsqlConnection(world.Database);
        await connection.OpenAsync();
        await using var transaction = await connection.BeginTransactionAsync();
        await using (var hold = new NpgsqlCommand(sql, connection) { Parameters = { new() { Value = row } } })
            Assert.NotNull(await hold.ExecuteScalarAsync());
        var running = calls.Select(call => call()).ToList();
        const string Waiting = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'";
        while ((long)(await world.RunAsync(Waiting))! < running.Count)
            Assert.DoesNotContain(running, task => task.IsCompleted);
        await transaction.CommitAsync();
        return await Task.WhenAll(running);
    }
}
