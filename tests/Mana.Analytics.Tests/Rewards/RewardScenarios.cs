using Mana.Analytics.Rewards;
using Mana.Testing;
using Microsoft.Extensions.DependencyInjection;
using static Mana.Analytics.Tests.BoardFixture;

namespace Mana.Analytics.Tests.Rewards;

/// <summary>commerce.md 17, scenarios 138–141.</summary>
[Collection(nameof(BoardCollection))]
public sealed class RewardScenarios(BoardFixture fixture)
{
    const string LongText = "Twenty characters and some more";

    async Task<ApiAnswer> SetAsync(string id, object change)
    {
        var answer = (await (await fixture.AdminAsync()).PatchAsync("feedback/admin/" + id, change)).Ok();
        await fixture.DrainAsync();
        return answer;
    }

    static async Task<List<(string Kind, int Credits)>> InboxAsync(ApiCaller person) => [.. (await person.GetAsync("feedback/me/notifications")).Ok()["items"].EnumerateArray()
        .Select(item => (item.GetProperty("kind").GetString()!, item.GetProperty("creditsAwarded").GetInt32()))];

    [Fact]
    public async Task Scenario_138_an_idea_is_rewarded_once()
    {
        var (person, founder) = (await fixture.PersonAsync(), await fixture.AsAsync(Founder));
        var id = await SubmitAsync(person, LongText);
        await SubmitAsync(person, new string('x', 19));
        await SubmitAsync(person, LongText, parentId: id);
        await SubmitAsync(founder, LongText);
        await fixture.DrainAsync();
        Assert.Equal((5m, 0m), (await fixture.BalanceAsync(person), await fixture.BalanceAsync(founder)));
        Assert.Equal(id, await fixture.ScalarAsync<string>("SELECT metadata->>'referenceId' FROM credits.entries WHERE metadata->>'referenceId' = $1", id));
        for (var i = 0; i < 10; i++)
            await SubmitAsync(person, LongText);
        await fixture.DrainAsync();
        Assert.Equal(50m, await fixture.BalanceAsync(person));
        fixture.Clock.Advance(TimeSpan.FromHours(25));
        await SubmitAsync(await fixture.AsAsync(person.UserId), LongText);
        await fixture.DrainAsync();
        Assert.Equal(55m, await fixture.BalanceAsync(person));
    }

    [Fact]
    public async Task Scenario_138_a_reward_that_fails_comes_again_and_twice_is_once()
    {
        var person = await fixture.PersonAsync();
        var id = Guid.Parse(await SubmitAsync(person, LongText));
        await fixture.DrainAsync();
        await using var scope = fixture.Host.Services.CreateAsyncScope();
        var rewards = scope.ServiceProvider.GetRequiredService<SubmissionRewards>();
        await rewards.HandleAsync(new RewardDue(id), new(Guid.NewGuid(), default, 2), default);
        Assert.Equal(5m, await fixture.BalanceAsync(person));
        Assert.Equal("granted", await fixture.ScalarAsync<string>("SELECT state FROM feedback.grant_log WHERE feedback_id = $1", id));
    }

    [Fact]
    public async Task What_is_withdrawn_within_a_day_gives_its_reward_back()
    {
        var person = await fixture.PersonAsync();
        var (soon, late) = (await SubmitAsync(person, LongText), await SubmitAsync(person, LongText));
        await fixture.DrainAsync();
        (await person.DeleteAsync("feedback/" + soon)).Ok();
        await fixture.DrainAsync();
        Assert.Equal(5m, await fixture.BalanceAsync(person));
        fixture.Clock.Advance(TimeSpan.FromHours(25));
        (await (await fixture.AsAsync(person.UserId)).DeleteAsync("feedback/" + late)).Ok();
        await fixture.DrainAsync();
        Assert.Equal(5m, await fixture.BalanceAsync(person));

        // Deleted before anybody was paid: nobody is.
        var other = await fixture.PersonAsync();
        var id = Guid.Parse(await SubmitAsync(other, LongText));
        (await other.DeleteAsync("feedback/" + id)).Ok();
        await using var scope = fixture.Host.Services.CreateAsyncScope();
        await scope.ServiceProvider.GetRequiredService<SubmissionRewards>().HandleAsync(new RewardDue(id), new(Guid.NewGuid(), default, 1), default);
        await fixture.DrainAsync();
        Assert.Equal(0m, await fixture.BalanceAsync(other));
    }

    [Fact]
    public async Task Scenario_139_shipping_rewards_author_and_supporters_once()
    {
        var (author, founder) = (await fixture.PersonAsync(), await fixture.AsAsync(Founder));
        var (up, rocket, both, thinker) = (await fixture.PersonAsync(), await fixture.PersonAsync(), await fixture.PersonAsync(), await fixture.PersonAsync());
        var id = await SubmitAsync(author, "short idea");
        await ReactAsync(author, id);
        await ReactAsync(founder, id);
        await ReactAsync(up, id);
        await ReactAsync(rocket, id, "🚀");
        await ReactAsync(both, id);
        await ReactAsync(both, id, "🚀");
        await ReactAsync(thinker, id, "🤔");
        foreach (var status in (string[])["completed", "in_progress", "completed"])
            await SetAsync(id, new { status });
        Assert.Equal([500m, 25m, 25m, 25m, 0m], await Task.WhenAll(((ApiCaller[])[author, up, rocket, both, thinker]).Select(fixture.BalanceAsync)));
        Assert.Equal(0m, await fixture.BalanceAsync(founder));
        Assert.Equal([("status_completed", 500), ("status_in_progress", 0)], (await InboxAsync(author)).Order());
        foreach (var supporter in (ApiCaller[])[up, rocket, both])
            Assert.Equal([("reactioner_bonus", 25)], await InboxAsync(supporter));
        Assert.Empty(await InboxAsync(thinker));

        fixture.Clock.Advance(TimeSpan.FromHours(25));
        await SetAsync(id, new { status = "planned" });
        await SetAsync(id, new { status = "completed" });
        author = await fixture.AsAsync(author.UserId);
        Assert.Equal([("status_completed", 0), ("status_completed", 500), ("status_in_progress", 0), ("status_planned", 0)], (await InboxAsync(author)).Order());
        Assert.Equal(500m, await fixture.BalanceAsync(author));
        var own = await SubmitAsync(await fixture.AsAsync(Founder), "the founder's own");
        await SetAsync(own, new { status = "completed" });
        Assert.Equal(0m, await fixture.BalanceAsync(founder));
        Assert.Contains(("status_completed", 0), await InboxAsync(await fixture.AsAsync(Founder)));
    }

    [Fact]
    public async Task Supporters_are_told_of_an_idea_without_addresses_and_of_a_hidden_one_without_its_name()
    {
        var (author, supporter) = (await fixture.PersonAsync(), await fixture.PersonAsync());
        var (shown, hidden) = (await SubmitAsync(author, "For more, write to somebody.with.a.long.name@example.org"), await SubmitAsync(author, "Soon a secret"));
        await ReactAsync(supporter, shown);
        await ReactAsync(supporter, hidden);
        await SetAsync(shown, new { status = "completed" });
        await SetAsync(hidden, new { status = "completed", isPublic = false });
        foreach (var person in (ApiCaller[])[author, supporter])
            Assert.DoesNotContain("somebody", (await person.GetAsync("feedback/me/notifications")).Ok().Text, StringComparison.Ordinal);
        var told = (await supporter.GetAsync("feedback/me/notifications")).Text;
        Assert.Contains("„For more, write to […]“", told, StringComparison.Ordinal);
        Assert.Contains("„Eine Idee“", told, StringComparison.Ordinal);
        Assert.DoesNotContain("secret", told, StringComparison.Ordinal);
        Assert.Equal(0L, await fixture.ScalarAsync<long>("SELECT count(*) FROM credits.entries e WHERE to_jsonb(e)::text ~ 'somebody.with|Mitgetragen: Soon'"));
        Assert.Equal(1L, await fixture.ScalarAsync<long>("SELECT count(*) FROM credits.entries e WHERE to_jsonb(e)::text LIKE '%Mitgetragen: For more, write to […]%'"));
    }

    [Fact]
    public async Task Every_supporter_is_an_event_of_their_own_and_who_took_it_back_gets_nothing()
    {
        var (author, first, second) = (await fixture.PersonAsync(), await fixture.PersonAsync(), await fixture.PersonAsync());
        var id = Guid.Parse(await SubmitAsync(author, "short idea"));
        await ReactAsync(first, id.ToString());
        await ReactAsync(second, id.ToString());
        await using var scope = fixture.Host.Services.CreateAsyncScope();
        var context = new Mana.Kernel.Outbox.EventContext(Guid.NewGuid(), fixture.Clock.GetUtcNow(), 1);
        await scope.ServiceProvider.GetRequiredService<StatusConsequences>().HandleAsync(new StatusChanged(id, "completed"), context, default);
        Assert.Equal(2L, await fixture.ScalarAsync<long>("SELECT count(*) FROM feedback.outbox WHERE type = $1 AND payload->>'feedbackId' = $2", SupporterDue.Name, id.ToString()));
        await fixture.DrainAsync();
        Assert.Equal([25m, 25m], await Task.WhenAll(fixture.BalanceAsync(first), fixture.BalanceAsync(second)));
        var late = await fixture.PersonAsync();
        await scope.ServiceProvider.GetRequiredService<SupporterRewards>().HandleAsync(new SupporterDue(id, late.UserId), context, default);
        Assert.Equal(0m, await fixture.BalanceAsync(late));
    }

    [Fact]
    public async Task What_was_paid_before_the_host_died_is_taken_back_when_the_idea_is_deleted()
    {
        var person = await fixture.PersonAsync();
        var id = Guid.Parse(await SubmitAsync(person, LongText));
        await fixture.DrainAsync();
        await fixture.ScalarAsync<object>("UPDATE feedback.grant_log SET state = 'pending' WHERE feedback_id = $1", id);
        (await person.DeleteAsync("feedback/" + id)).Ok();
        await using var scope = fixture.Host.Services.CreateAsyncScope();
        var rewards = scope.ServiceProvider.GetRequiredService<SubmissionRewards>();
        await rewards.HandleAsync(new RewardDue(id), new(Guid.NewGuid(), default, 2), default);
        await rewards.HandleAsync(new Withdrawn(id), new(Guid.NewGuid(), default, 1), default);
        Assert.Equal(0m, await fixture.BalanceAsync(person));
    }

    [Fact]
    public async Task Scenario_139_a_repeated_event_changes_nothing()
    {
        var author = await fixture.PersonAsync();
        var id = Guid.Parse(await SubmitAsync(author, "short idea"));
        await using var scope = fixture.Host.Services.CreateAsyncScope();
        var context = new Mana.Kernel.Outbox.EventContext(Guid.NewGuid(), fixture.Clock.GetUtcNow(), 1);
        for (var delivery = 0; delivery < 3; delivery++)
            await scope.ServiceProvider.GetRequiredService<StatusConsequences>().HandleAsync(new StatusChanged(id, "completed"), context, default);
        Assert.Equal([("status_completed", 500)], await InboxAsync(author));
        Assert.Equal(500m, await fixture.BalanceAsync(author));
    }

    [Fact]
    public async Task Scenario_139_without_budget_nothing_is_claimed()
    {
        await using var host = await new TestHost(fixture.Database).With(fixture.Clock).With("Credits:MonthlyPromoBudget", "1").StartAsync();
        var author = await fixture.PersonAsync();
        var id = Guid.Parse(await SubmitAsync(author, "short idea"));
        await using var scope = host.Services.CreateAsyncScope();
        await scope.ServiceProvider.GetRequiredService<StatusConsequences>().HandleAsync(new StatusChanged(id, "completed"), new(Guid.NewGuid(), fixture.Clock.GetUtcNow(), 1), default);
        Assert.Equal([("status_completed", 0)], await InboxAsync(author));
    }

    [Fact]
    public async Task Scenario_140_the_author_hears_of_it()
    {
        var author = await fixture.PersonAsync();
        var id = await SubmitAsync(author, "Ein Wunsch, der länger als vierzig Zeichen ist");
        await SetAsync(id, new { isPublic = false });
        Assert.Empty(await InboxAsync(author));
        await SetAsync(id, new { status = "planned" });
        await SetAsync(id, new { status = "planned" });
        fixture.Clock.Advance(TimeSpan.FromSeconds(1));
        await SetAsync(id, new { adminResponse = new string('a', 300) });
        await SetAsync(id, new { adminResponse = new string('a', 300) });
        await SetAsync(id, new { adminResponse = "" });
        var inbox = (await author.GetAsync("feedback/me/notifications")).Ok()["items"].EnumerateArray().ToList();
        Assert.Equal(["admin_response", "status_planned"], inbox.Select(item => item.GetProperty("kind").GetString()));
        Assert.Equal(200, inbox[0].GetProperty("body").GetString()!.Length);
        Assert.Equal("„Ein Wunsch, der länger als vierzig Zeich…“ ist geplant", inbox[1].GetProperty("title").GetString());
        // In the language of who reads; what an administrator wrote stays as it was written.
        var english = (await author.GetAsync("feedback/me/notifications", language: "en-GB,de;q=0.5")).Ok()["items"].EnumerateArray().ToList();
        Assert.Equal(("“Ein Wunsch, der länger als vierzig Zeich…” is planned", "Your idea is on the plan."), (english[1].GetProperty("title").GetString(), english[1].GetProperty("body").GetString()));
        Assert.Equal(("An answer to “Ein Wunsch, der länger als vierzig Zeich…”", 200), (english[0].GetProperty("title").GetString(), english[0].GetProperty("body").GetString()!.Length));
        Assert.DoesNotContain("called", english[0].EnumerateObject().Select(member => member.Name));
    }

    [Fact]
    public async Task Scenario_141_everybody_reads_their_own()
    {
        var (author, other) = (await fixture.PersonAsync(), await fixture.PersonAsync());
        await SetAsync(await SubmitAsync(author, "one"), new { status = "planned" });
        await SetAsync(await SubmitAsync(author, "two"), new { status = "declined" });
        await SetAsync(await SubmitAsync(other, "three"), new { status = "planned" });
        var id = (await author.GetAsync("feedback/me/notifications?limit=1")).Ok()["items"][0].GetProperty("id").GetString();
        Assert.True((await other.PostAsync($"feedback/me/notifications/{id}/read")).Ok().Flag("ok"));
        Assert.True((await other.PostAsync("feedback/me/notifications/abc/read")).Ok().Flag("ok"));
        async Task<int> UnreadAsync(ApiCaller person) => (await person.GetAsync("feedback/me/notifications?unread_only=true")).Ok()["items"].GetArrayLength();
        Assert.Equal(2, await UnreadAsync(author));
        (await author.PostAsync($"feedback/me/notifications/{id}/read")).Ok();
        Assert.Equal(1, await UnreadAsync(author));
        Assert.Equal(1, (await author.PostAsync("feedback/me/notifications/read-all")).Ok().Number("count"));
        Assert.Equal((0, 1), (await UnreadAsync(author), await UnreadAsync(other)));
        Assert.Equal(2, (await InboxAsync(author)).Count);
    }

    [Fact]
    public async Task Only_the_first_reactions_of_a_day_are_rewarded()
    {
        var (author, busy) = (await fixture.PersonAsync(), await fixture.PersonAsync());
        string last = "";
        for (var i = 0; i < 7; i++)
        {
            last = await SubmitAsync(author, "short idea");
            foreach (var emoji in (string[])["👍", "❤️", "🚀", "🤔", "🎉"])
                await ReactAsync(busy, last, emoji);
        }

        await SetAsync(last, new { status = "completed" });
        Assert.Equal(0m, await fixture.BalanceAsync(busy));
    }
}
