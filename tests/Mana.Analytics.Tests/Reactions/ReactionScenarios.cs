using Mana.Analytics.Upkeep;
using Mana.Testing;
using static Mana.Analytics.Tests.BoardFixture;

namespace Mana.Analytics.Tests.Reactions;

/// <summary>commerce.md 17, scenarios 135–137 and 142.</summary>
[Collection(nameof(BoardCollection))]
public sealed class ReactionScenarios(BoardFixture fixture)
{
    static (string, int, bool) State(ApiAnswer answer) => (string.Concat(answer.Ok()["reactions"].EnumerateObject().Select(count => count.Name + count.Value)), answer.Number("score"), answer.Flag("userHasReacted"));

    Task<int> KarmaAsync(ApiCaller person) => fixture.ScalarAsync<int>("SELECT karma FROM feedback.profiles WHERE user_id = $1", person.UserId)!;

    /// <summary>The rows, counted; what the item says of itself must be the same.</summary>
    async Task<long> RowsAsync(string id, string emoji)
    {
        var rows = await fixture.ScalarAsync<long>("SELECT count(*) FROM feedback.reactions WHERE feedback_id = $1 AND emoji = $2", Guid.Parse(id), emoji);
        Assert.Equal(rows, await fixture.ScalarAsync<long>("SELECT coalesce((reactions->>$2)::bigint, 0) FROM feedback.items WHERE id = $1", Guid.Parse(id), emoji));
        return rows;
    }

    [Fact]
    public async Task Scenario_135_reactions_stack_and_toggle()
    {
        var (author, person) = (await fixture.PersonAsync(), await fixture.PersonAsync());
        var id = await SubmitAsync(author);
        Assert.Equal(("👍1", 1, true), State(await ReactAsync(person, id)));
        Assert.Equal(("", 0, false), State(await ReactAsync(person, id)));
        await ReactAsync(person, id, "🚀");
        await ReactAsync(person, id, "🤔");
        Assert.Equal(3, (await ReactAsync(person, id, "❤️")).Ok().Number("score"));
        (await ReactAsync(person, id, "😀")).Refused(400);
        (await ReactAsync(person, id, "❤")).Refused(400);
        (await person.PostAsync($"feedback/{id}/react", new { })).Refused(400);
        (await ReactAsync(person, Guid.NewGuid().ToString())).Refused(404);
        (await ReactAsync(person, "abc")).Refused(404);
        var hidden = await SubmitAsync(author, isPublic: false);
        (await ReactAsync(person, hidden)).Refused(404);
        (await ReactAsync(author, hidden)).Ok();
        (await ReactAsync(await fixture.AdminAsync(), hidden)).Ok();
        var before = await fixture.ScalarAsync<DateTime>("SELECT updated_at FROM feedback.items WHERE id = $1", Guid.Parse(id));
        fixture.Clock.Advance(TimeSpan.FromSeconds(5));
        await ReactAsync(author, id, "🎉");
        Assert.Equal(before, await fixture.ScalarAsync<DateTime>("SELECT updated_at FROM feedback.items WHERE id = $1", Guid.Parse(id)));
        Assert.Equal([id], (await person.GetAsync("feedback/me/reacted")).Ok()["items"].EnumerateArray().Select(item => item.GetProperty("id").GetString()));
        (await person.GetAsync("feedback/me/reacted?limit=abc")).Refused(400);
    }

    [Fact]
    public async Task Scenario_136_no_reaction_is_lost()
    {
        var author = await fixture.PersonAsync();
        var id = await SubmitAsync(author);
        var people = await Task.WhenAll(Enumerable.Range(0, 50).Select(_ => fixture.PersonAsync()));
        Assert.All(await Task.WhenAll(people.Select(person => ReactAsync(person, id))), answer => answer.Ok());
        Assert.Equal(50, await RowsAsync(id, "👍"));
        Assert.Equal(50, await KarmaAsync(author));
        Assert.All(await Task.WhenAll(Enumerable.Range(0, 11).Select(_ => ReactAsync(people[0], id, "🚀"))), answer => answer.Ok());
        Assert.Equal(1, await RowsAsync(id, "🚀"));
        Assert.Equal(51, await KarmaAsync(author));
    }

    [Fact]
    public async Task Scenario_137_karma_is_what_others_think()
    {
        var (author, person) = (await fixture.PersonAsync(), await fixture.PersonAsync());
        var id = await SubmitAsync(author);
        await ReactAsync(author, id);
        Assert.Equal(0, await KarmaAsync(author));
        foreach (var emoji in (string[])["👍", "🤔", "🚀"])
            await ReactAsync(person, id, emoji);
        Assert.Equal(3, await KarmaAsync(author));
        await ReactAsync(person, id, "🤔");
        Assert.Equal(2, await KarmaAsync(author));
        Assert.Equal(2, (await fixture.Anybody().GetAsync("public/feedback/" + id)).Ok().Number("item", "karma"));
        await fixture.ScalarAsync<object>("UPDATE feedback.profiles SET karma = 0 WHERE user_id = $1", author.UserId);
        await ReactAsync(person, id);
        Assert.Equal(0, await KarmaAsync(author));
        await fixture.ScalarAsync<object>("UPDATE feedback.items SET score = 77 WHERE id = $1", Guid.Parse(id));
        await fixture.RunAsync<FeedbackRecount>();
        Assert.Equal(1, await KarmaAsync(author));
        Assert.Equal(3, await fixture.ScalarAsync<int>("SELECT score FROM feedback.items WHERE id = $1", Guid.Parse(id)));
        (await author.DeleteAsync("feedback/" + id)).Ok();
        Assert.Equal(0, await KarmaAsync(author));
    }

    [Fact]
    public async Task Scenario_142_the_real_name_is_shown_to_the_signed_in_and_only_when_wanted()
    {
        var app = fixture.NewApp();
        var account = await fixture.Host.CreateAccountAsync();
        var author = new ApiCaller(account.Http, account.UserId);
        Assert.Equal("Rosalind Franklin", (await author.PatchAsync("me/profile", new { name = "Rosalind Franklin" })).Ok().Said("name"));
        var id = await SubmitAsync(author, appId: app);
        var hash = (await author.GetAsync("feedback/me")).Ok()["items"][0].GetProperty("displayHash").GetString();
        var reader = await fixture.PersonAsync();
        async Task<bool> ShownAsync(ApiCaller who, string path) => (await who.GetAsync(path)).Ok().Text.Contains("Rosalind", StringComparison.Ordinal);
        Assert.False(await ShownAsync(reader, $"feedback/public?appId={app}"));

        var changed = (await author.PatchAsync("me/profile", new { feedbackShowRealName = true })).Ok();
        Assert.Equal((true, "Rosalind Franklin"), (changed.Flag("feedbackShowRealName"), changed.Said("name")));
        Assert.Equal(400, (int)(await author.PatchAsync("me/profile", new { feedbackShowRealName = "yes" })).Status);
        Assert.True(await ShownAsync(reader, $"feedback/public?appId={app}"));
        foreach (var path in (string[])[$"public/feedback/feed?appId={app}", $"public/feedback/{id}", $"public/feedback/eule/{hash}", "/feedback?sort=recent", $"/feedback/{id}"])
            Assert.False(await ShownAsync(fixture.Anybody(), path), path);
        (await author.PatchAsync("me/profile", new { feedbackShowRealName = false })).Ok();
        Assert.False(await ShownAsync(reader, $"feedback/public?appId={app}"));
    }
}
