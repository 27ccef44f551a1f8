using System.Text;
using Mana.Kernel.Privacy;
using Microsoft.Extensions.DependencyInjection;
using static Mana.Analytics.Tests.BoardFixture;

namespace Mana.Analytics.Tests.Privacy;

[Collection(nameof(BoardCollection))]
public sealed class ErasureTests(BoardFixture fixture)
{
    IPersonalData Board => fixture.Host.Services.GetServices<IPersonalData>().Single(part => part.Module == "feedback");

    [Fact]
    public async Task An_export_is_everything_however_much()
    {
        var person = await fixture.PersonAsync();
        var id = Guid.Parse(await SubmitAsync(person));
        await fixture.ScalarAsync<object>("""
            INSERT INTO feedback.items (id, user_id, app_id, feedback_text, category, status, is_public, display_hash, display_name, created_at, updated_at)
            SELECT gen_random_uuid(), i.user_id, i.app_id, 'more', 'other', 'submitted', false, i.display_hash, i.display_name, i.created_at, i.updated_at FROM feedback.items i, generate_series(1, 1000) WHERE i.id = $1
            """, id);
        await fixture.ScalarAsync<object>("""
            INSERT INTO feedback.notifications (id, user_id, feedback_id, kind, title, credits_awarded, created_at) SELECT gen_random_uuid(), $2, $1, 'k', 't', 0, $3 FROM generate_series(1, 1001)
            """, id, person.UserId, fixture.Clock.GetUtcNow());
        using var output = new MemoryStream();
        await Board.ExportAsync(person.UserId, output, default);
        using var export = System.Text.Json.JsonDocument.Parse(output.ToArray());
        Assert.Equal((1001, 1001), (export.RootElement.GetProperty("items").GetArrayLength(), export.RootElement.GetProperty("notifications").GetArrayLength()));
    }

    [Fact]
    public async Task Scenario_148_an_erasure_leaves_ideas_without_their_author()
    {
        var (person, other) = (await fixture.PersonAsync(), await fixture.PersonAsync());
        var row = (await person.PostAsync("feedback", new { feedbackText = $"An idea of {person.UserId}@example.test, Sinead.O'Connor@example.org and \"jane doe\"@example.org for all", deviceInfo = new { os = "x" } })).Ok(201);
        var hidden = await SubmitAsync(person, isPublic: false);
        await SubmitAsync(person, "own reply to what is hidden", parentId: hidden);
        var theirs = await SubmitAsync(other);
        await ReactAsync(person, theirs, "🚀");
        await ReactAsync(other, row.Said("id")!);
        await (await fixture.AdminAsync()).PatchAsync("feedback/admin/" + row.Said("id"), new { status = "planned" });
        await fixture.DrainAsync();
        Assert.True(await Board.CountAsync(person.UserId, default) >= 6);

        for (var times = 0; times < 2; times++)
            await Board.EraseAsync(person.UserId, default);
        Assert.Equal(0, await Board.CountAsync(person.UserId, default));
        var left = (await fixture.Anybody().GetAsync("public/feedback/" + row.Said("id"))).Ok();
        Assert.Equal(("Anonym", 1, 0), (left.Said("item", "displayName"), left.Number("item", "score"), left.Number("item", "karma")));
        Assert.NotEqual(row.Said("displayHash"), left.Said("item", "displayHash"));
        Assert.Equal("An idea of […], […] and […] for all", await fixture.ScalarAsync<string>("SELECT feedback_text FROM feedback.items WHERE id = $1", Guid.Parse(row.Said("id")!)));
        Assert.Equal(0L, await fixture.ScalarAsync<long>("SELECT count(*) FROM feedback.items WHERE id = $1 OR parent_id = $1", Guid.Parse(hidden)));
        var reacted = (await fixture.Anybody().GetAsync("public/feedback/" + theirs)).Ok();
        Assert.Equal((0, 0), (reacted.Number("item", "score"), reacted.Number("item", "karma")));
        await (await fixture.AdminAsync()).PatchAsync("feedback/admin/" + row.Said("id"), new { status = "completed" });
        await fixture.DrainAsync();
        Assert.Equal(0L, await fixture.ScalarAsync<long>("SELECT count(*) FROM credits.accounts WHERE owner_id LIKE 'erased-%' AND owner_id IN (SELECT user_id FROM feedback.items WHERE id = $1)", Guid.Parse(row.Said("id")!)));
    }

    [Fact]
    public async Task The_export_holds_what_the_person_wrote_and_did()
    {
        var (person, other) = (await fixture.PersonAsync(), await fixture.PersonAsync());
        await SubmitAsync(person, "what I wrote myself");
        await ReactAsync(person, await SubmitAsync(other, "what another wrote"));
        using var output = new MemoryStream();
        await Board.ExportAsync(person.UserId, output, default);
        var text = Encoding.UTF8.GetString(output.ToArray());
        foreach (var part in (string[])["\"profile\":{", "what I wrote myself", "\"reactions\":[{", "\"notifications\":[]", "\"rewards\":[]"])
            Assert.Contains(part, text, StringComparison.Ordinal);
        Assert.DoesNotContain(other.UserId, text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_has_served_its_time_goes()
    {
        var person = await fixture.PersonAsync();
        var id = Guid.Parse((await person.PostAsync("feedback", new { feedbackText = "Twenty characters and some more", deviceInfo = new { os = "x" } })).Ok(201).Said("id")!);
        await (await fixture.AdminAsync()).PatchAsync("feedback/admin/" + id, new { status = "planned" });
        await fixture.DrainAsync();
        fixture.Clock.Advance(TimeSpan.FromDays(181));
        await fixture.RunAsync<Mana.Analytics.Upkeep.FeedbackRetention>();
        Assert.Equal((0L, 1L), (await fixture.ScalarAsync<long>("SELECT count(*) FROM feedback.grant_log WHERE feedback_id = $1", id), await fixture.ScalarAsync<long>("SELECT count(*) FROM feedback.notifications WHERE feedback_id = $1", id)));
        Assert.True(await fixture.ScalarAsync<bool>("SELECT device_info IS NULL FROM feedback.items WHERE id = $1", id));
        fixture.Clock.Advance(TimeSpan.FromDays(190));
        await fixture.RunAsync<Mana.Analytics.Upkeep.FeedbackRetention>();
        Assert.Equal(0L, await fixture.ScalarAsync<long>("SELECT count(*) FROM feedback.notifications WHERE feedback_id = $1", id));
    }
}
