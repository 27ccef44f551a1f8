using Mana.Auth.Data;
using Npgsql;

namespace Mana.Auth.Tests.Spaces;

public sealed class SpaceRollbackTests(SpaceWorld world) : IClassFixture<SpaceWorld>
{
    [Fact]
    public async Task What_does_not_commit_changes_nothing_and_tells_nobody()
    {
        var (ada, bob, eve) = (await world.PersonAsync(), await world.PersonAsync(), await world.PersonAsync());
        var space = await world.SpaceAsync(ada);
        await world.AddAsync(space, bob, "member");
        // Deferred: everything is written by then, and the commit itself fails.
        await world.RunAsync("""
            CREATE FUNCTION public.refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'no'; END $$;
            CREATE CONSTRAINT TRIGGER refuse AFTER INSERT OR UPDATE OR DELETE ON auth.members DEFERRABLE INITIALLY DEFERRED
              FOR EACH ROW EXECUTE FUNCTION public.refuse();
            """);

        await FailsAsync(() => world.AddAsync(space, eve, "member"));
        await FailsAsync(() => world.ChangeRoleAsync(space, bob, "admin"));
        await FailsAsync(() => world.RemoveAsync(space, bob));
        await FailsAsync(() => world.DeleteAsync(space));
        await FailsAsync(() => world.DoAsync(spaces => spaces.CreateAsync(SpaceType.Team, "Another", eve, default)));

        Assert.Equal(2, (await world.Directory.MembersOfAsync(space, default)).Count);
        Assert.Equal("member", (await world.MembershipAsync(space, bob))!.Role);
        Assert.Equal(1L, await world.RunAsync("SELECT count(*) FROM auth.organizations"));
        Assert.Equal(3L, await world.RunAsync("SELECT count(*) FROM public.event_log"));
    }

    static async Task FailsAsync<T>(Func<Task<T>> call) => Assert.Equal("P0001", (await Assert.ThrowsAsync<PostgresException>(call)).SqlState);
}
