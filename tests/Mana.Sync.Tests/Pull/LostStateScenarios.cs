using Mana.Sync.Tests.Live;
using Mana.Sync.Tests.Spaces;

namespace Mana.Sync.Tests.Pull;

/// <summary>sync.md 14.4: a timestamp that the server made up while it gave out a space's history is safe to hold without what it stood for.</summary>
public sealed class LostStateScenarios(SyncFixture fixture) : IClassFixture<SyncFixture>
{
    const int Own = 20;

    /// <summary>As after an answer that was lost, whose page was the last and made the server forget what the timestamps before it stood for.</summary>
    [Fact]
    public async Task A_timestamp_whose_state_is_lost_skips_none_of_the_caller_s_own_rows()
    {
        var (b, since, seen) = await InTheMiddleAsync(pages: 4);
        await using (var connection = await fixture.OpenAsync())
        await using (var lose = new Npgsql.NpgsqlCommand("DELETE FROM sync.read_states WHERE owner = $1", connection) { Parameters = { new() { Value = SyncFixture.Scope(b) } } })
            Assert.True(await lose.ExecuteNonQueryAsync(TestContext.Current.CancellationToken) > 0);
        seen.AddRange((await b.PullAsync(since: since)).Ok().Ids);
        Assert.Equal(Own, OwnOf(seen));
    }

    [Fact]
    public async Task A_person_who_has_left_all_spaces_meanwhile_misses_nothing_of_their_own()
    {
        var (b, since, seen) = await InTheMiddleAsync(pages: 4);
        await fixture.LeaveAsync(_space!, b);
        seen.AddRange((await b.PullAsync(since: since)).Ok().Ids);
        Assert.Equal(Own, OwnOf(seen));
    }

    [Fact]
    public async Task A_stream_that_starts_at_such_a_timestamp_skips_nothing_either()
    {
        var (b, since, seen) = await InTheMiddleAsync(pages: 4);
        await using var stream = await LiveStream.OpenAsync(b.As("stream"), "?since=" + Uri.EscapeDataString(since));
        seen.AddRange((await stream.ChangesAsync()).Ids);
        Assert.Equal((Own, 40), (OwnOf(seen), seen.Distinct(StringComparer.Ordinal).Count(id => id.StartsWith("old", StringComparison.Ordinal))));
    }

    /// <summary>Both stand at one timestamp and are given pages of different lengths; nobody can tell them apart.</summary>
    [Fact]
    public async Task Two_devices_without_a_name_skip_nothing_of_each_other_s()
    {
        var (a, b) = (await fixture.MemberAsync(), await fixture.MemberAsync(""));
        var space = await fixture.SpaceAsync(a);
        await a.StoreAsync(Change.Many(120, i => SpaceScenarios.In(space, $"old-{i}")));
        await b.As("other").StoreAsync(Change.Insert("own"));
        var since = (await b.PullAsync()).Ok().SyncedUntil;
        await fixture.JoinAsync(space, b);

        var slow = (await b.PullAsync(since: since, limit: 10)).Ok();
        var fast = (await b.PullAsync(since: since, limit: 50)).Ok();
        List<string> ofSlow = [.. slow.Ids], ofFast = [.. fast.Ids];
        for (var page = 0; page < 40 && (slow.HasMore || fast.HasMore); page++)
        {
            if (fast.HasMore)
                ofFast.AddRange((fast = (await b.PullAsync(since: fast.SyncedUntil, limit: 50)).Ok()).Ids);
            if (slow.HasMore)
                ofSlow.AddRange((slow = (await b.PullAsync(since: slow.SyncedUntil, limit: 10)).Ok()).Ids);
        }

        Assert.Equal((false, false), (slow.HasMore, fast.HasMore));
        Assert.Equal(120, ofFast.Distinct(StringComparer.Ordinal).Count());
        Assert.Equal(120, ofSlow.Distinct(StringComparer.Ordinal).Count());
    }

    [Fact]
    public async Task The_newest_states_of_a_client_are_kept_and_no_more()
    {
        var (a, b) = (await fixture.MemberAsync(), await fixture.MemberAsync());
        var space = await fixture.SpaceAsync(a);
        await a.StoreAsync(Change.Many(80, i => SpaceScenarios.In(space, $"old-{i}")));
        await b.As("other").StoreAsync(Change.Insert("own"));
        var page = (await b.PullAsync()).Ok();
        await fixture.JoinAsync(space, b);
        for (var i = 0; i < 70; i++)
            page = (await b.PullAsync(since: page.SyncedUntil, limit: 1)).Ok();
        Assert.Equal(64, await StatesAsync(b));
        Assert.Equal("old-70", Assert.Single((await b.PullAsync(since: page.SyncedUntil, limit: 1)).Ok().Ids));
    }

    async Task<long> StatesAsync(SyncClient person)
    {
        await using var connection = await fixture.OpenAsync();
        await using var command = new Npgsql.NpgsqlCommand("SELECT count(*) FROM sync.read_states WHERE owner = $1", connection);
        command.Parameters.Add(new() { Value = SyncFixture.Scope(person) });
        return (long)(await command.ExecuteScalarAsync())!;
    }

    string? _space;

    /// <summary>Own rows of one push lie two microseconds apart; the device stands between them when it joins a space with an older history.</summary>
    async Task<(SyncClient Person, string Since, List<string> Seen)> InTheMiddleAsync(int pages)
    {
        var (a, b) = (await fixture.MemberAsync(), await fixture.MemberAsync());
        _space = await fixture.SpaceAsync(a);
        await b.As("other").StoreAsync(Change.Insert("first"));
        var at = (await b.PullAsync()).Ok().SyncedUntil;
        await a.StoreAsync(Change.Many(40, i => SpaceScenarios.In(_space, $"old-{i}")));
        await b.As("other").StoreAsync(Change.Many(Own, i => Change.Insert($"own-{i}")));
        var page = (await b.PullAsync(since: at, limit: 5)).Ok();
        var seen = page.Ids.ToList();
        await fixture.JoinAsync(_space, b);
        for (var i = 0; i < pages; i++)
        {
            page = (await b.PullAsync(since: page.SyncedUntil, limit: 10)).Ok();
            seen.AddRange(page.Ids);
            Assert.True(page.HasMore);
        }

        return (b, page.SyncedUntil, seen);
    }

    static int OwnOf(IEnumerable<string> ids) => ids.Distinct(StringComparer.Ordinal).Count(id => id.StartsWith("own", StringComparison.Ordinal));
}
