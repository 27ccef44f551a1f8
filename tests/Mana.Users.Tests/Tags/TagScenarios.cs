using System.Text.Json;
using Mana.Auth.Contracts;
using Mana.Testing;
using Mana.Users.Contracts;
using Mana.Users.Tags;
using Microsoft.Extensions.DependencyInjection;

namespace Mana.Users.Tests.Tags;

/// <summary>commerce.md 17, scenarios 121–129, and the weaknesses W-52 and W-53, each tried by a second person.</summary>
[Collection(nameof(UsersCollection))]
public sealed class TagScenarios(UsersFixture fixture)
{
    static async Task<string> TagAsync(ApiCaller person, string name, string? groupId = null) => (await person.PostAsync("tags", new { name, groupId })).Ok(201).Said("id")!;

    static async Task<string> GroupAsync(ApiCaller person, string name) => (await person.PostAsync("tag-groups", new { name })).Ok(201).Said("id")!;

    static object Link(string tagId, string entityId = "task-1", string appId = "todo") => new { tagId, appId, entityId, entityType = "task" };

    static List<string?> Names(ApiAnswer list) => [.. list.Ok().Body.EnumerateArray().Select(tag => tag.GetProperty("name").GetString())];

    static HashSet<string?> Ids(JsonElement list, string member = "id") => [.. list.EnumerateArray().Select(item => item.GetProperty(member).GetString())];

    [Fact]
    public async Task Scenario_121_a_tag_has_a_name_of_its_own()
    {
        var (person, other) = (await fixture.PersonAsync(), await fixture.PersonAsync());
        var tag = (await person.PostAsync("tags", new { name = "  Haus " })).Ok(201);
        Assert.Equal(("Haus", "#3B82F6", 0, person.UserId), (tag.Said("name"), tag.Said("color"), tag.Number("sortOrder"), tag.Said("userId")));
        Assert.Equal(JsonValueKind.Null, tag["groupId"].ValueKind);
        Assert.Equal(tag.Text, (await person.GetAsync("tags/" + tag.Said("id"))).Ok().Text);
        (await person.PostAsync("tags", new { name = "Haus" })).Refused(409, "conflict", "Tag \"Haus\" already exists");
        (await person.PostAsync("tags", new { name = "haus" })).Ok(201);
        (await other.PostAsync("tags", new { name = "Haus" })).Ok(201);
        (await person.PutAsync("tags/" + tag.Said("id"), new { name = "haus" })).Refused(409);

        foreach (var wrong in (object[])[new { }, new { name = " " }, new { name = new string('n', 101) }, new { name = "a", color = "red" }, new { name = "a", icon = new string('i', 51) }, new { name = "a", sortOrder = "1" }, new { name = 7 }])
            (await person.PostAsync("tags", wrong)).Refused(400, "validation_failed");
        (await person.PostAsync("tags", new { name = "a", groupId = await GroupAsync(other, "G") })).Refused(404);
        (await person.PutAsync("tags/" + tag.Said("id"), new { groupId = await GroupAsync(other, "H") })).Refused(404);

        var changed = (await person.PutAsync("tags/" + tag.Said("id"), """{"color":"#000000","icon":"Home","sortOrder":4}""")).Ok();
        Assert.Equal(("Haus", "#000000", "Home", 4), (changed.Said("name"), changed.Said("color"), changed.Said("icon"), changed.Number("sortOrder")));
        Assert.Equal(JsonValueKind.Null, (await person.PutAsync("tags/" + tag.Said("id"), """{"icon":null}""")).Ok()["icon"].ValueKind);
        foreach (var id in (string[])["abc", Guid.NewGuid().ToString()])
        {
            (await person.GetAsync("tags/" + id)).Refused(404, "not_found", "Tag not found");
            (await person.PutAsync("tags/" + id, new { name = "x" })).Refused(404);
            (await person.DeleteAsync("tags/" + id)).Refused(404);
        }
    }

    [Fact]
    public async Task Scenario_122_nobody_writes_under_another_name()
    {
        var (person, victim) = (await fixture.PersonAsync(), await fixture.PersonAsync());
        var (theirs, chosen) = (await TagAsync(victim, "Theirs"), Guid.NewGuid());
        var tag = (await person.PostAsync("tags", new { name = "Mine", userId = victim.UserId, id = chosen, createdAt = "1999-01-01T00:00:00Z" })).Ok(201);
        Assert.Equal(person.UserId, tag.Said("userId"));
        Assert.NotEqual(chosen.ToString(), tag.Said("id"));
        Assert.StartsWith("2026", tag.Said("createdAt"), StringComparison.Ordinal);
        var moved = (await person.PutAsync("tags/" + tag.Said("id"), new { userId = victim.UserId, id = theirs, name = "Still mine" })).Ok();
        Assert.Equal((person.UserId, tag.Said("id")), (moved.Said("userId"), moved.Said("id")));
        var group = (await person.PostAsync("tag-groups", new { name = "G", userId = victim.UserId })).Ok(201);
        Assert.Equal(person.UserId, (await person.PutAsync("tag-groups/" + group.Said("id"), new { userId = victim.UserId, color = "#111111" })).Ok().Said("userId"));
        var link = (await person.PostAsync("tag-links", new { tagId = tag.Said("id"), appId = "todo", entityId = "e", entityType = "task", userId = victim.UserId, id = chosen })).Ok(201);
        Assert.Equal(person.UserId, link.Said("userId"));
        Assert.Equal(["Theirs"], Names(await victim.GetAsync("tags")));
        Assert.Equal(0, (await victim.GetAsync("tag-links")).Body.GetArrayLength());
        foreach (var change in (Func<Task<ApiAnswer>>[])[() => person.PutAsync("tags/" + theirs, new { name = "Taken" }), () => person.DeleteAsync("tags/" + theirs), () => person.GetAsync("tags/" + theirs)])
            (await change()).Refused(404);
    }

    [Fact]
    public async Task Scenario_123_foreign_tags_do_not_resolve()
    {
        var (person, other) = (await fixture.PersonAsync(), await fixture.PersonAsync());
        var (mine, theirs) = (await TagAsync(person, "Mine"), await TagAsync(other, "Theirs"));
        Assert.Equal(["Mine"], Names(await person.PostAsync("tags/resolve", new { ids = new[] { mine, theirs, Guid.NewGuid().ToString() } })));
        Assert.Equal(["Mine"], Names(await person.GetAsync($"tags/by-ids?ids={mine},{theirs},abc")));
        foreach (var empty in (ApiAnswer[])[await person.PostAsync("tags/resolve", new { ids = Array.Empty<string>() }), await person.GetAsync("tags/by-ids"), await person.GetAsync("tags/by-ids?ids=")])
            Assert.Equal("[]", empty.Ok().Text);
        (await person.PostAsync("tags/resolve", new { ids = Enumerable.Range(0, 501).Select(_ => Guid.NewGuid()) })).Refused(400);
        (await person.PostAsync("tags/resolve", new { ids = new[] { "abc" } })).Refused(400);
        var directory = fixture.Host.Services.GetRequiredService<ITagDirectory>();
        Assert.Equal("Mine", Assert.Single(await directory.ResolveAsync(person.UserId, [Guid.Parse(mine), Guid.Parse(theirs)], default)).Name);
    }

    [Fact]
    public async Task Scenario_124_filters_never_drop_the_owner()
    {
        var (person, other) = (await fixture.PersonAsync(), await fixture.PersonAsync());
        var (mine, second, theirs) = (await TagAsync(person, "Mine"), await TagAsync(person, "Second"), await TagAsync(other, "Theirs"));
        foreach (var (caller, link) in (IReadOnlyList<(ApiCaller, object)>)[(person, Link(mine)), (person, Link(mine, "task-2")), (person, Link(second)), (person, Link(mine, "e", "chat")), (other, Link(theirs))])
            (await caller.PostAsync("tag-links", link)).Ok(201);
        foreach (var (filter, count) in (IReadOnlyList<(string, int)>)
                 [
                     ("", 4), ("?appId=todo", 3), ("?appId=todo&entityId=task-1", 2), ($"?tagId={mine}", 3), ($"?tagId={mine}&appId=todo&entityId=task-1&entityType=task", 1),
                     ("?entityType=note", 0), ($"?tagId={theirs}", 0), ("?entityId=task-1", 2), ("?tagId=abc", 0),
                 ])
            foreach (var path in (string[])["tag-links", "tag-links/query"])
            {
                var found = (await person.GetAsync(path + filter)).Ok().Body;
                Assert.Equal(count, found.GetArrayLength());
                Assert.All(found.EnumerateArray(), link => Assert.Equal(person.UserId, link.GetProperty("userId").GetString()));
            }

        foreach (var path in (string[])["entity", "tags-for-entity"])
            Assert.Equal(["Mine", "Second"], Names(await person.GetAsync($"tag-links/{path}?appId=todo&entityId=task-1")).Order(StringComparer.Ordinal));
        (await person.GetAsync("tag-links/entity?appId=todo")).Refused(400);
    }

    [Fact]
    public async Task Scenario_125_a_group_goes_and_its_tags_stay()
    {
        var (person, other) = (await fixture.PersonAsync(), await fixture.PersonAsync());
        var (group, theirs) = (await GroupAsync(person, "G"), await GroupAsync(other, "G"));
        (await person.PostAsync("tag-groups", new { name = "G" })).Refused(409, "conflict");
        var (grouped, foreign) = (await TagAsync(person, "Grouped", group), await TagAsync(other, "Grouped", theirs));
        (await person.DeleteAsync("tag-groups/" + theirs)).Refused(404, "not_found", "Tag group not found");
        (await person.PutAsync("tag-groups/" + theirs, new { name = "x" })).Refused(404);
        Assert.Equal(theirs, (await other.GetAsync("tags/" + foreign)).Said("groupId"));
        (await person.DeleteAsync("tag-groups/" + group)).Ok();
        var left = (await person.GetAsync("tags/" + grouped)).Ok();
        Assert.Equal((JsonValueKind.Null, person.UserId), (left["groupId"].ValueKind, left.Said("userId")));
    }

    [Fact]
    public async Task Scenario_126_groups_are_ordered_all_or_none()
    {
        var (person, other) = (await fixture.PersonAsync(), await fixture.PersonAsync());
        string[] groups = [await GroupAsync(person, "A"), await GroupAsync(person, "B"), await GroupAsync(person, "C")];
        var before = Names(await person.GetAsync("tag-groups"));
        (await person.PutAsync("tag-groups/reorder", new { ids = new[] { groups[2], groups[0], await GroupAsync(other, "X") } })).Refused(404, message: "One or more tag groups not found");
        Assert.Equal(before, Names(await person.GetAsync("tag-groups")));
        var ordered = await person.PutAsync("tag-groups/reorder", new { ids = new[] { groups[2], groups[0], groups[1] } });
        Assert.Equal(["C", "A", "B"], Names(ordered));
        Assert.Equal([0, 1, 2], ordered.Body.EnumerateArray().Select(group => group.GetProperty("sortOrder").GetInt32()));
    }

    [Fact]
    public async Task Scenario_127_only_own_tags_are_linked_and_each_once()
    {
        var (person, other) = (await fixture.PersonAsync(), await fixture.PersonAsync());
        var (mine, second, theirs) = (await TagAsync(person, "Mine"), await TagAsync(person, "Second"), await TagAsync(other, "Theirs"));
        (await person.PostAsync("tag-links", Link(theirs))).Refused(404, "not_found", "Tag not found");
        var link = (await person.PostAsync("tag-links", Link(mine))).Ok(201);
        Assert.Equal(link.Text, (await person.PostAsync("tag-links", Link(mine))).Ok().Text);
        (await person.PostAsync("tag-links/bulk", new { links = new[] { Link(second), Link(theirs) } })).Refused(404, message: "One or more tags not found");
        Assert.Single((await person.GetAsync("tag-links")).Body.EnumerateArray());
        var added = (await person.PostAsync("tag-links/bulk", new { links = new[] { Link(mine), Link(second), Link(second, "task-2"), Link(second) } })).Ok().Body;
        Assert.Equal(2, added.GetArrayLength());
        (await person.PostAsync("tag-links/bulk", new { links = new[] { new { tagId = mine } } })).Refused(400);
        (await other.DeleteAsync("tag-links/" + link.Said("id"))).Refused(404);
        (await person.DeleteAsync("tag-links/" + link.Said("id"))).Ok();
        (await person.DeleteAsync("tag-links/" + link.Said("id"))).Refused(404);
    }

    [Fact]
    public async Task Scenario_128_a_list_of_tags_becomes_what_was_sent()
    {
        var (person, other) = (await fixture.PersonAsync(), await fixture.PersonAsync());
        var (a, b, c, theirs) = (await TagAsync(person, "A"), await TagAsync(person, "B"), await TagAsync(person, "C"), await TagAsync(other, "D"));
        Task<ApiAnswer> SyncAsync(params string[] tagIds) => person.PostAsync("tag-links/sync", new { appId = "todo", entityId = "e", entityType = "task", tagIds });
        await SyncAsync(a, b);
        var removed = Ids((await person.GetAsync("tag-links?tagId=" + a)).Body);
        var synced = (await SyncAsync(b, c, c, b)).Ok();
        Assert.Equal(2, synced.Number("synced"));
        Assert.Equal([c], Ids(synced["added"], "tagId"));
        Assert.Equal(removed, synced["removed"].EnumerateArray().Select(id => id.GetString()).ToHashSet());
        Assert.Equal([b, c], Ids(synced["tags"]));
        var again = (await person.PutAsync("tag-links/sync", new { appId = "todo", entityId = "e", entityType = "task", tagIds = new[] { b, c } })).Ok();
        Assert.Equal((0, 0), (again["added"].GetArrayLength(), again["removed"].GetArrayLength()));
        (await SyncAsync(a, theirs)).Refused(404);

        for (var round = 0; round < 5; round++)
        {
            Assert.All(await Task.WhenAll(Enumerable.Range(0, 8).Select(i => i % 2 == 0 ? SyncAsync(a, b) : SyncAsync(c))), answer => answer.Ok());
            var left = Ids((await person.GetAsync("tag-links?entityId=e")).Body, "tagId");
            Assert.True(left.SetEquals([a, b]) || left.SetEquals([c]), string.Join(",", left));
        }

        Assert.Equal(0, (await SyncAsync()).Ok().Number("synced"));
        Assert.Equal("[]", (await person.GetAsync("tag-links/entity?appId=todo&entityId=e")).Text);
    }

    [Fact]
    public async Task Scenario_129_links_go_with_their_tag_and_defaults_come_once()
    {
        var person = await fixture.PersonAsync();
        var calls = await Task.WhenAll(Enumerable.Range(0, 10).Select(_ => person.PostAsync("tags/defaults")));
        Assert.All(calls, call => Assert.Equal(["Arbeit", "Persönlich", "Familie", "Wichtig"], Names(call)));
        Assert.Equal(["#3B82F6", "#10B981", "#EC4899", "#EF4444"], calls[0].Body.EnumerateArray().Select(tag => tag.GetProperty("color").GetString()));
        Assert.Equal(["Briefcase", "User", "Heart", "Star"], calls[0].Body.EnumerateArray().Select(tag => tag.GetProperty("icon").GetString()));
        var tag = calls[0].Body[0].GetProperty("id").GetString()!;
        (await person.PostAsync("tag-links", Link(tag))).Ok(201);
        (await person.DeleteAsync("tags/" + tag)).Ok();
        Assert.Equal("[]", (await person.GetAsync("tag-links")).Text);
        Assert.Equal(3, (await person.PostAsync("tags/defaults")).Ok().Body.GetArrayLength());
    }

    [Fact]
    public async Task A_new_person_starts_with_the_defaults_however_often_it_is_told()
    {
        var person = await fixture.PersonAsync();
        await using var scope = fixture.Host.Services.CreateAsyncScope();
        for (var delivery = 1; delivery <= 2; delivery++)
            await scope.ServiceProvider.GetRequiredService<NewPeople>().HandleAsync(new UserRegistered(person.UserId, default), new(Guid.NewGuid(), default, delivery), default);
        Assert.Equal(4, (await person.GetAsync("tags")).Ok().Body.GetArrayLength());
    }

    [Fact]
    public async Task However_many_things_are_linked_one_lock_is_held()
    {
        var person = await fixture.PersonAsync();
        var tag = await TagAsync(person, "Everywhere");
        await using var connection = new Npgsql.NpgsqlConnection(fixture.Database);
        await connection.OpenAsync();
        await using var transaction = await connection.BeginTransactionAsync();
        await using var hold = new Npgsql.NpgsqlCommand("SELECT 1 FROM users.tags WHERE id = $1 FOR UPDATE", connection, transaction) { Parameters = { new() { Value = Guid.Parse(tag) } } };
        await hold.ExecuteScalarAsync();
        var linking = person.PostAsync("tag-links/bulk", new { links = Enumerable.Range(0, 200).Select(i => Link(tag, "task-" + i)) });
        const string Waiting = "FROM pg_stat_activity a WHERE a.datname = current_database() AND a.wait_event_type = 'Lock' AND a.query LIKE '%FOR KEY SHARE%' AND a.query LIKE '%users.tags%'";
        for (var until = DateTime.Now.AddSeconds(30); !await fixture.ScalarAsync<bool>($"SELECT EXISTS (SELECT {Waiting})");)
            Assert.True(DateTime.Now < until && !linking.IsCompleted, "never waited");
        var locks = await fixture.ScalarAsync<long>($"SELECT count(*) FROM pg_locks l WHERE l.locktype = 'advisory' AND l.pid IN (SELECT a.pid {Waiting})");
        await transaction.RollbackAsync();
        Assert.Equal(200, (await linking).Ok().Body.GetArrayLength());
        Assert.Equal(1, locks);
    }

    [Fact]
    public async Task Everything_has_a_limit()
    {
        var person = await fixture.PersonAsync();
        await fixture.ScalarAsync<object>("""
            INSERT INTO users.tags (id, user_id, name, sort_order, created_at, updated_at) SELECT gen_random_uuid(), $1, 'n' || i, 0, now(), now() FROM generate_series(1, 1000) i
            """, person.UserId);
        (await person.PostAsync("tags", new { name = "one more" })).Refused(400);
        var ids = (await person.GetAsync("tags")).Body.EnumerateArray().Select(tag => tag.GetProperty("id").GetString()!).ToList();
        (await person.PostAsync("tag-links/sync", new { appId = "a", entityId = "e", entityType = "t", tagIds = ids.Take(101) })).Refused(400);
        (await person.PostAsync("tag-links/bulk", new { links = ids.Take(101).Select(id => Link(id)) })).Refused(400);
        Assert.Equal("[]", (await person.GetAsync("tag-links")).Text);
        Assert.Equal(100, (await person.PostAsync("tag-links/sync", new { appId = "a", entityId = "e", entityType = "t", tagIds = ids.Take(100) })).Ok().Number("synced"));
    }

    [Fact]
    public async Task Of_all_links_together_there_is_a_limit_too_and_who_is_full_can_still_take_away()
    {
        var person = await fixture.PersonAsync();
        var (a, b) = (await TagAsync(person, "a"), await TagAsync(person, "b"));
        await fixture.ScalarAsync<object>("""
            INSERT INTO users.tag_links (id, tag_id, user_id, app_id, entity_id, entity_type, created_at)
            SELECT gen_random_uuid(), $2::uuid, $1, 'todo', 'e' || i, 'task', now() FROM generate_series(1, 100000) i
            """, person.UserId, a);
        Task<ApiAnswer> SyncAsync(params string[] tagIds) => person.PostAsync("tag-links/sync", new { appId = "todo", entityId = "e1", entityType = "task", tagIds });
        (await person.PostAsync("tag-links", Link(b))).Refused(400, "validation_failed", "There are at most 100000 tagged things");
        (await person.PostAsync("tag-links/bulk", new { links = new[] { Link(b) } })).Refused(400, "validation_failed");
        (await SyncAsync(a, b)).Refused(400, "validation_failed");
        Assert.Equal(1, (await SyncAsync(b)).Ok().Number("synced"));
        Assert.Equal(0, (await SyncAsync()).Ok().Number("synced"));
        (await person.PostAsync("tag-links", Link(b))).Ok(201);
        Assert.Equal(100_000L, await fixture.ScalarAsync<long>("SELECT count(*) FROM users.tag_links WHERE user_id = $1", person.UserId));
    }
}
