using System.Text.Json;
using Mana.Analytics.Pseudonyms;
using Mana.Analytics.Titles;
using Mana.Testing;
using static Mana.Analytics.Tests.BoardFixture;

namespace Mana.Analytics.Tests.Board;

/// <summary>commerce.md 17, scenarios 130–134 and 143–146.</summary>
[Collection(nameof(BoardCollection))]
public sealed class SubmissionScenarios(BoardFixture fixture)
{
    [Fact]
    public async Task Scenario_130_the_app_comes_from_body_header_or_default()
    {
        var person = await fixture.PersonAsync();
        async Task<string?> AppAsync(object body, string? header) => (await person.SendAsync(HttpMethod.Post, "feedback", body, request =>
        {
            if (header is not null)
                request.Headers.Add("X-App-Id", header);
        })).Ok(201).Said("appId");
        Assert.Equal("mana", await AppAsync(new { feedbackText = "hello there" }, "mana"));
        Assert.Equal("chat", await AppAsync(new { feedbackText = "hello there" }, "chat"));
        Assert.Equal("todo", await AppAsync(new { feedbackText = "hello there", appId = "todo" }, "chat"));
        Assert.Equal("mana", await AppAsync(new { feedbackText = "hello there" }, null));
        (await person.SendAsync(HttpMethod.Post, "feedback", new { feedbackText = "hello" }, request => request.Headers.Add("X-App-Id", "No App"))).Refused(400);
    }

    [Fact]
    public async Task Only_what_is_as_it_should_be_is_submitted()
    {
        var person = await fixture.PersonAsync();
        foreach (var wrong in (object[])
                 [
                     new { }, new { feedbackText = " ab " }, new { feedbackText = new string('x', 2001) }, new { feedbackText = 7 }, new { feedbackText = "abc", title = new string('t', 101) },
                     new { feedbackText = "abc", category = "rant" }, new { feedbackText = "abc", moduleContext = "No Module" }, new { feedbackText = "abc", deviceInfo = "text" },
                     new { feedbackText = "abc", deviceInfo = new { blob = new string('b', 5000) } }, new { feedbackText = "abc", isPublic = "yes" }, new { feedbackText = "abc", parentId = "abc" }, new { feedbackText = "abc", appId = "No App" },
                     new { feedbackText = "abc", appId = "app\n" }, new { feedbackText = "abc", moduleContext = "m\n" },
                 ])
            (await person.PostAsync("feedback", wrong)).Refused(400, "validation_failed");
        (await person.PostAsync("feedback", "{")).Refused(400, "validation_failed");
        var other = await fixture.PersonAsync();
        var row = (await person.PostAsync("feedback", new
        {
            feedbackText = "  a wish ", title = "T", category = "feature", moduleContext = "todo", deviceInfo = new { os = "x" }, userId = other.UserId, id = Guid.NewGuid(), score = 99, status = "completed",
        })).Ok(201);
        Assert.Equal((person.UserId, "a wish", "feature", "submitted", 0, 0), (row.Said("userId"), row.Said("feedbackText"), row.Said("category"), row.Said("status"), row.Number("score"), row.Number("voteCount")));
        Assert.Equal(("x", "{}"), (row.Said("deviceInfo", "os"), row["reactions"].GetRawText()));
        Assert.Matches(@"^\p{Lu}\p{Ll}+ \p{Lu}\p{Ll}+ #\d{4}$", row.Said("displayName"));
    }

    [Fact]
    public void Scenario_131_pseudonyms_match_the_vectors()
    {
        Assert.Equal("f1b96c3cb4db4433d3e7d6b226374675c18dd334c343ea29f4c58e5decf8a0bb", Pseudonym.Hash("user-1", "secret", keyed: false));
        Assert.Equal("b1e217effb48eabb9ff75243899feddb09cd001e7daa9c032d3cbe6a82ceb051", Pseudonym.Hash("user-123", "secret", keyed: false));
        Assert.Equal("72bf457d4adac0f82775ceff117537e95a0cfdaf4a8c5d8d2d053bf298886a4d", Pseudonym.Hash("user-42", "secret", keyed: false));
        Assert.NotEqual(Pseudonym.Hash("user-1", "secret", keyed: false), Pseudonym.Hash("user-1", "other", keyed: false));
        Assert.NotEqual(Pseudonym.Hash("user-1", "secret", keyed: true), Pseudonym.Hash("user-1", "secret", keyed: false));
        foreach (var (user, adjectives, expected) in (IReadOnlyList<(string, int, (int, int, int))>)
                 [("user-1", 100, (27, 22, 7526)), ("user-123", 100, (19, 74, 6291)), ("user-42", 100, (76, 67, 3074)), ("user-1", 102, (41, 23, 3849)), ("user-123", 102, (83, 28, 678)), ("user-42", 102, (58, 69, 3798))])
            Assert.Equal(expected, Pseudonym.Indexes(Pseudonym.Hash(user, "secret", keyed: false), adjectives, 80));
        Assert.Equal((100, 80), (PseudonymWords.Adjectives.Distinct().Count(), PseudonymWords.Animals.Distinct().Count()));
        Assert.Equal((100, 80), (PseudonymWords.Adjectives.Count, PseudonymWords.Animals.Count));
        Assert.True(Enumerable.Range(0, 1000).Select(i => Pseudonym.Name(Pseudonym.Hash($"u{i}", "s", keyed: true))).Distinct().Count() > 950);
        Assert.All(PseudonymWords.Adjectives.Concat(PseudonymWords.Animals), word => Assert.Matches(@"^\p{Lu}\p{Ll}+$", word));
    }

    [Fact]
    public async Task Scenario_131_a_name_once_made_is_kept()
    {
        var person = await fixture.PersonAsync();
        string Name(ApiAnswer row) => row.Said("displayName") + row.Said("displayHash");
        var first = Name((await person.PostAsync("feedback", new { feedbackText = "one" })).Ok(201));
        await fixture.ScalarAsync<object>("UPDATE feedback.profiles SET display_name = 'Alte Eule #0001' WHERE user_id = $1", person.UserId);
        await using var host = await new TestHost(fixture.Database).With(fixture.Clock).With("Feedback:PseudonymSecret", "another secret of enough length").StartAsync();
        var elsewhere = new ApiCaller(await new TokenForge(host).ClientForAsync(person.UserId));
        var second = (await elsewhere.PostAsync("feedback", new { feedbackText = "two" })).Ok(201);
        Assert.Equal("Alte Eule #0001", second.Said("displayName"));
        Assert.EndsWith(second.Said("displayHash")!, first, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Scenario_132_the_feed_is_public_ordered_and_filtered()
    {
        var (app, person, reader) = (fixture.NewApp(), await fixture.PersonAsync(), await fixture.PersonAsync());
        var first = await SubmitAsync(person, "first", app);
        fixture.Clock.Advance(TimeSpan.FromSeconds(1));
        var second = (await person.PostAsync("feedback", new { feedbackText = "second", appId = app, category = "bug", moduleContext = "m", deviceInfo = new { os = "secret-os" } })).Ok(201).Said("id")!;
        fixture.Clock.Advance(TimeSpan.FromSeconds(1));
        var third = await SubmitAsync(person, "third", app);
        await SubmitAsync(person, "private", app, isPublic: false);
        await SubmitAsync(reader, "a reply", app, parentId: first);
        await ReactAsync(reader, first, "🚀");
        async Task<string[]> FeedAsync(string query) => [.. (await fixture.Anybody().GetAsync($"public/feedback/feed?appId={app}{query}")).Ok()["items"].EnumerateArray().Select(item => item.GetProperty("id").GetString()!)];
        Assert.Equal([first, third, second], await FeedAsync(""));
        Assert.Equal([third, second, first], await FeedAsync("&sort=recent"));
        Assert.Equal([second], await FeedAsync("&category=bug&moduleContext=m&status=submitted"));
        Assert.Empty(await FeedAsync("&category=bug&moduleContext=other"));
        Assert.Equal([third], await FeedAsync("&limit=1&offset=1"));
        Assert.Equal(3, (await FeedAsync("&limit=500")).Length);
        Assert.Equal((true, 200), (Mana.Kernel.Wire.PageQuery.TryRead("500", "0", 50, out var most, out _), most));
        var feed = (await fixture.Anybody().GetAsync($"public/feedback/feed?appId={app}")).Ok();
        foreach (var hidden in (string[])["userId", "deviceInfo", "realName", "secret-os", "myReactions", person.UserId])
            Assert.DoesNotContain(hidden, feed.Text, StringComparison.Ordinal);
        Assert.Equal([second], await FeedAsync("&status=submitted&moduleContext=m&limit=1"));
        foreach (var wrong in (string[])["limit=abc", "offset=abc", "status=new", "category=x", "sort=x"])
            (await fixture.Anybody().GetAsync("public/feedback/feed?" + wrong)).Refused(400, "validation_failed");
        var own = (await reader.GetAsync($"feedback/public?appId={app}")).Ok()["items"];
        Assert.Equal(["🚀"], own[0].GetProperty("myReactions").EnumerateArray().Select(emoji => emoji.GetString()));
        Assert.Equal("[]", own[1].GetProperty("myReactions").GetRawText());
    }

    [Fact]
    public async Task Every_filter_of_the_feed_has_its_index_and_nobody_skips_the_whole_board()
    {
        foreach (var column in (string[])["app_id", "status", "category", "module_context"])
            Assert.Equal(1L, await fixture.ScalarAsync<long>("SELECT count(*) FROM pg_indexes WHERE schemaname = 'feedback' AND indexdef LIKE '%(' || $1 || ', score DESC, created_at DESC, id DESC) WHERE %'", column));
        Assert.True(Mana.Kernel.Wire.PageQuery.TryRead("50", "2000000000", 50, out _, out var skip));
        Assert.Equal(10_000, skip);
        // Who reads until a page is empty comes to an end.
        var app = fixture.NewApp();
        await SubmitAsync(await fixture.PersonAsync(), appId: app);
        Assert.Equal("""{"items":[]}""", (await fixture.Anybody().GetAsync($"public/feedback/feed?appId={app}&offset=10001")).Ok().Text);
    }

    [Fact]
    public async Task A_page_of_the_feed_is_one_statement()
    {
        var (app, person) = (fixture.NewApp(), await fixture.PersonAsync());
        for (var i = 0; i < 3; i++)
            await ReactAsync(person, await SubmitAsync(person, $"idea {i}", app));
        var statements = 0;
        using var listener = new System.Diagnostics.ActivityListener
        {
            ShouldListenTo = source => source.Name == "Npgsql",
            Sample = (ref System.Diagnostics.ActivityCreationOptions<System.Diagnostics.ActivityContext> _) => System.Diagnostics.ActivitySamplingResult.AllData,
            ActivityStopped = activity =>
            {
                if ($"{activity.GetTagItem("db.query.text")}{activity.GetTagItem("db.statement")}" is { Length: > 0 } text && text.Contains("FROM feedback.", StringComparison.Ordinal))
                    Interlocked.Increment(ref statements);
            },
        };
        System.Diagnostics.ActivitySource.AddActivityListener(listener);
        var feed = (await person.GetAsync($"feedback/public?appId={app}")).Ok()["items"];
        Assert.Equal(3, feed.GetArrayLength());
        Assert.Equal(1, statements);
    }

    [Fact]
    public async Task Scenario_149_submissions_and_reactions_are_counted()
    {
        var person = await fixture.PersonAsync();
        await ReactAsync(person, await SubmitAsync(person));
        await fixture.DrainAsync();
        var metrics = await fixture.Host.CreateClient().GetStringAsync("/metrics");
        foreach (var name in (string[])["feedback_submissions_total", "feedback_reactions_total", "feedback_grants_total"])
            Assert.Contains($"\n{name}", metrics, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_feed_is_cached_by_what_it_says()
    {
        var (app, person) = (fixture.NewApp(), await fixture.PersonAsync());
        await SubmitAsync(person, appId: app);
        var path = $"public/feedback/feed?appId={app}";
        var first = (await fixture.Anybody().GetAsync(path)).Ok();
        Assert.Equal(("public", "30", "300"), (first.Message.Headers.CacheControl!.Public ? "public" : "", first.Message.Headers.CacheControl.MaxAge!.Value.TotalSeconds.ToString("0", System.Globalization.CultureInfo.InvariantCulture),
            first.Message.Headers.CacheControl.Extensions.Single(part => part.Name == "stale-while-revalidate").Value));
        var again = await fixture.Anybody().GetAsync(path, first.Message.Headers.ETag!.ToString());
        Assert.Equal((304, ""), ((int)again.Status, again.Text));
        await SubmitAsync(person, appId: app);
        Assert.NotEqual(first.Message.Headers.ETag, (await fixture.Anybody().GetAsync(path, first.Message.Headers.ETag!.ToString())).Ok().Message.Headers.ETag);
    }

    [Fact]
    public async Task Scenario_133_what_is_private_is_seen_by_its_author_and_the_desk()
    {
        var (app, person, other, desk) = (fixture.NewApp(), await fixture.PersonAsync(), await fixture.PersonAsync(), await fixture.AdminAsync());
        var id = await SubmitAsync(person, "a private wish", app, isPublic: false);
        (await fixture.Anybody().GetAsync("public/feedback/" + id)).Refused(404);
        Assert.Equal("Not found", (await fixture.Anybody().GetAsync("public/feedback/" + id)).Said("error"));
        (await fixture.Anybody().GetAsync("public/feedback/abc")).Refused(404);
        Assert.Equal("[]", (await other.GetAsync($"feedback/public?appId={app}")).Ok()["items"].GetRawText());
        (await other.GetAsync($"feedback/{id}/replies")).Refused(404);
        (await other.PostAsync("feedback", new { feedbackText = "reply", parentId = id })).Refused(404);
        Assert.Contains(id, (await person.GetAsync("feedback/me")).Ok().Text, StringComparison.Ordinal);
        Assert.Contains(id, (await desk.GetAsync($"feedback/admin?appId={app}")).Ok().Text, StringComparison.Ordinal);
        var reply = await SubmitAsync(person, "an own reply", app, parentId: id);
        (await fixture.Anybody().GetAsync("public/feedback/" + reply)).Refused(404);
    }

    [Fact]
    public async Task Scenario_134_titles_come_later_or_not_at_all()
    {
        var person = await fixture.PersonAsync();
        async Task<string?> TitleAsync(string id) => (await person.GetAsync("feedback/me")).Ok()["items"].EnumerateArray().Single(item => item.GetProperty("id").GetString() == id).GetProperty("title").GetString();
        // What the other tests left without a title would be asked for first.
        fixture.Model = _ => null;
        while (await fixture.ScalarAsync<bool>("SELECT EXISTS (SELECT FROM feedback.items WHERE title_due_at <= $1)", fixture.Clock.GetUtcNow()))
            await fixture.RunAsync<TitleJob>();
        fixture.Model = _ => throw new HttpRequestException("down");
        var id = (await person.PostAsync("feedback", new { feedbackText = "Bitte ein dunkles Thema für die Nacht" })).Ok(201);
        Assert.Equal(JsonValueKind.Null, id["title"].ValueKind);
        await fixture.RunAsync<TitleJob>();
        Assert.Null(await TitleAsync(id.Said("id")!));
        fixture.Model = _ => "\"Dunkles\nThema\u0007\"";
        await fixture.RunAsync<TitleJob>();
        Assert.Null(await TitleAsync(id.Said("id")!));
        fixture.Clock.Advance(TimeSpan.FromMinutes(6));
        person = await fixture.AsAsync(person.UserId);
        await fixture.RunAsync<TitleJob>();
        Assert.Equal("Dunkles Thema", await TitleAsync(id.Said("id")!));

        fixture.Model = text => text[..10] + "…";
        var redundant = await SubmitAsync(person, "Export als Tabelle wäre schön");
        await fixture.RunAsync<TitleJob>();
        Assert.Null(await TitleAsync(redundant));
        fixture.Model = _ => throw new InvalidOperationException("nobody may ask");
        var given = (await person.PostAsync("feedback", new { feedbackText = "some text", title = "Mine" })).Ok(201);
        var reply = await SubmitAsync(person, "a reply", parentId: given.Said("id"));
        await fixture.RunAsync<TitleJob>();
        Assert.Equal(("Mine", null), (await TitleAsync(given.Said("id")!), await TitleAsync(reply)));
        fixture.Model = _ => null;
    }

    [Theory]
    [InlineData("  \"Short\r\ntitle\"  ", "Something else", "Short title")]
    [InlineData("Something ELSE…", "something else entirely", null)]
    [InlineData("something else entirely and more", "Something  else entirely.", null)]
    [InlineData("", "text", null)]
    [InlineData("...", "text", null)]
    [InlineData(null, "text", null)]
    public void Titles_are_cleaned_and_must_say_something(string? found, string text, string? expected) => Assert.Equal(expected, TitleRules.Clean(found, text));

    [Fact]
    public void An_address_in_a_title_is_blacked_out_before_it_is_cut() =>
        Assert.Equal(new string('t', 70) + " […]", TitleRules.Clean(new string('t', 70) + " someone.with.a.long.name@example.org", "text"));

    [Fact]
    public void A_title_is_cut_at_80_characters() => Assert.Equal(80, TitleRules.Clean(new string('t', 200), "text")!.Length);

    [Fact]
    public async Task Scenario_143_a_pseudonym_has_a_page()
    {
        var person = await fixture.PersonAsync();
        var row = (await person.PostAsync("feedback", new { feedbackText = "on my page" })).Ok(201);
        await SubmitAsync(person, "hidden", isPublic: false);
        await ReactAsync(await fixture.PersonAsync(), row.Said("id")!);
        var page = (await fixture.Anybody().GetAsync("public/feedback/eule/" + row.Said("displayHash")!.ToUpperInvariant())).Ok();
        Assert.Equal((row.Said("displayHash"), row.Said("displayName"), 1, 1), (page.Said("displayHash"), page.Said("displayName"), page.Number("karma"), page["items"].GetArrayLength()));
        var unknown = (await fixture.Anybody().GetAsync("public/feedback/eule/" + new string('a', 64))).Ok();
        Assert.Equal(("[]", JsonValueKind.Null), (unknown["items"].GetRawText(), unknown["displayName"].ValueKind));
        Assert.Equal("invalid display_hash", (await fixture.Anybody().GetAsync("public/feedback/eule/zz")).Refused(400).Said("error"));
    }

    [Fact]
    public async Task Scenario_144_threads_survive_their_beginning()
    {
        var (app, person, other) = (fixture.NewApp(), await fixture.PersonAsync(), await fixture.PersonAsync());
        var root = await SubmitAsync(person, "an idea that will be regretted", app);
        var reply = await SubmitAsync(other, "a reply", app, parentId: root);
        fixture.Clock.Advance(TimeSpan.FromSeconds(1));
        var nested = (await person.PostAsync("feedback", new { feedbackText = "a reply to the reply", parentId = reply, appId = app })).Ok(201);
        Assert.Equal(root, nested.Said("parentId"));
        Assert.Equal([reply, nested.Said("id")], (await other.GetAsync($"feedback/{root}/replies")).Ok().Body.EnumerateArray().Select(item => item.GetProperty("id").GetString()));
        (await other.DeleteAsync("feedback/" + root)).Refused(404);
        (await person.DeleteAsync("feedback/" + root)).Ok();
        (await person.DeleteAsync("feedback/" + root)).Refused(404);
        Assert.Equal("[]", (await fixture.Anybody().GetAsync($"public/feedback/feed?appId={app}")).Ok()["items"].GetRawText());
        var thread = (await fixture.Anybody().GetAsync("public/feedback/" + root)).Ok();
        Assert.Equal(("", 2), (thread.Said("item", "feedbackText"), thread["replies"].GetArrayLength()));
        Assert.DoesNotContain("regretted", thread.Text, StringComparison.Ordinal);
        (await other.PostAsync("feedback", new { feedbackText = "too late", parentId = root })).Refused(404);
        var alone = await SubmitAsync(person, "without replies", app);
        (await person.DeleteAsync("feedback/" + alone)).Ok();
        (await fixture.Anybody().GetAsync("public/feedback/" + alone)).Refused(404);
        Assert.Equal(0L, await fixture.ScalarAsync<long>("SELECT count(*) FROM feedback.items WHERE id = $1", Guid.Parse(alone)));
    }

    [Fact]
    public async Task Scenario_145_the_desk_is_for_administrators_and_founders()
    {
        var (person, founder, admin) = (await fixture.PersonAsync(), await fixture.AdminAsync(), await fixture.MemberAsync("Admin", role: "admin"));
        var id = await SubmitAsync(person);
        foreach (var call in (Func<Task<ApiAnswer>>[])[() => person.GetAsync("feedback/admin"), () => person.PatchAsync("feedback/admin/" + id, new { status = "planned" }), () => person.GetAsync("admin/metrics")])
            (await call()).Refused(403, "forbidden", "Founder/admin role required");
        (await founder.GetAsync("feedback/admin?limit=1")).Ok();
        (await admin.GetAsync("feedback/admin?limit=1")).Ok();
        (await founder.PatchAsync("feedback/admin/" + id, new { status = "done" })).Refused(400, "validation_failed");
        (await founder.PatchAsync("feedback/admin/" + Guid.NewGuid(), new { status = "planned" })).Refused(404);
        var changed = (await founder.PatchAsync("feedback/admin/" + id, new { status = "planned", adminResponse = "soon", isPublic = false })).Ok();
        Assert.Equal(("planned", "soon", false), (changed.Said("status"), changed.Said("adminResponse"), changed.Flag("isPublic")));
        Assert.Equal(JsonValueKind.Null, (await founder.PatchAsync("feedback/admin/" + id, """{"adminResponse":null}""")).Ok()["adminResponse"].ValueKind);
        (await fixture.Anybody().GetAsync("feedback/admin")).Refused(401);
    }

    [Fact]
    public async Task Scenario_146_what_i_wrote()
    {
        var person = await fixture.PersonAsync();
        var first = await SubmitAsync(person, "first");
        fixture.Clock.Advance(TimeSpan.FromSeconds(1));
        var second = await SubmitAsync(person, "second", isPublic: false);
        fixture.Clock.Advance(TimeSpan.FromSeconds(1));
        var reply = await SubmitAsync(person, "reply", parentId: first);
        var mine = (await person.GetAsync("feedback/me")).Ok();
        Assert.Equal(3, mine.Number("total"));
        Assert.Equal([reply, second, first], mine["items"].EnumerateArray().Select(item => item.GetProperty("id").GetString()));
        Assert.Equal(JsonValueKind.Array, (await person.SendAsync(HttpMethod.Get, "feedback/me", null, request => request.Headers.Add("Accept-Version", "1"))).Ok().Body.ValueKind);
    }

    [Fact]
    public async Task Where_limits_hold_a_day_has_an_end()
    {
        await using var host = await new TestHost(fixture.Database).With(fixture.Clock).With("RateLimits:Enabled", "true").With("Feedback:SubmissionsPerDay", "3").StartAsync();
        var person = new ApiCaller(await new TokenForge(host).ClientForAsync(fixture.NewApp()));
        await SubmitAsync(person);
        await SubmitAsync(person);
        // What is taken back was submitted all the same.
        (await person.DeleteAsync("feedback/" + await SubmitAsync(person))).Ok();
        (await person.PostAsync("feedback", new { feedbackText = "one more" })).Refused(429, "rate_limited");
        (await person.PostAsync("feedback", new { feedbackText = "and one" })).Refused(429);
        var fast = await person.PostAsync("feedback", new { feedbackText = "and another" });
        Assert.Equal((429, true), ((int)fast.Status, fast.Message.Headers.RetryAfter is not null));
        var reader = new ApiCaller(host.CreateClient());
        var answers = new List<int>();
        for (var i = 0; i < 61; i++)
            answers.Add((int)(await reader.GetAsync("public/feedback/feed?limit=1")).Status);
        Assert.Equal((60, 429), (answers.Count(status => status == 200), answers[^1]));
    }
}
