using Mana.Apps.Reminders.Delivery;
using Mana.Apps.Reminders.Firing;
using Mana.Apps.Reminders.Rules;
using Mana.Apps.Reminders.Sources;
using Mana.Notifications.Contracts;
using Mana.Auth.Contracts;
using Mana.Sync.Contracts;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;
using System.Text.Json.Nodes;

namespace Mana.Apps.Tests.Reminders;

/// <summary>What one record, one person or one browser does wrong stays with them.</summary>
[Collection(ReminderWorld.Name)]
public sealed class FaultScenarios(ReminderFixture world)
{
    [Fact]
    public async Task A_record_that_cannot_be_read_keeps_nobody_waiting()
    {
        world.MoveTo("2026-02-01T08:00:00Z");
        var (broken, other) = (await world.NewPersonAsync(), await world.NewPersonAsync());
        using var browser = await other.SubscribeAsync();
        foreach (var person in (Person[])[broken, other])
            await person.RemindAsync(await person.TaskAsync("2026-02-01T09:00:00.000Z"), new { minutesBefore = 0 });
        var gate = new Failing(world.Records(), id => id.StartsWith(broken.UserId + "-", StringComparison.Ordinal));
        var claims = ActivatorUtilities.CreateInstance<ReminderClaims>(world.Host.Services, new SourceReader(gate));
        world.MoveTo("2026-02-01T09:00:00Z");
        while (await claims.ClaimAsync(default) > 0)
        {
            // The next batch.
        }

        await world.Host.Services.GetRequiredService<ReminderDispatcher>().DrainAsync(default);
        Assert.Single(browser.Requests);
        Assert.Equal("pending", await world.InstanceAsync(broken, "state"));
    }

    [Theory]
    [InlineData("0000-01-01")]
    [InlineData("0001-01-01")]
    public async Task A_day_that_nobody_lives_to_see_is_no_time(string day)
    {
        var person = await world.NewPersonAsync();
        (await person.PostAsync($"todo/tasks/{await person.TaskAsync(day)}/reminders", new { minutesBefore = 0 })).Refused(400, "VALIDATION");
    }

    [Fact]
    public void Half_a_character_is_no_text() => Assert.Null(JsonNode.Parse("""{"title":"\ud83d"}""")!.AsObject().Text("title"));

    [Fact]
    public async Task What_is_private_in_a_space_reminds_nobody_but_its_author()
    {
        static SourceReader Reader(bool isPrivate, string? author = null) => new(new One(
            new SyncRecord("todo", "tasks", "t", new JsonObject { ["title"] = "secret", ["dueDate"] = "2026-07-01" }, 2, false, isPrivate) { PrivateTo = author }));
        var key = new SourceKey("b", "space", "todo", "tasks", "t");
        Assert.Equal("secret", (await Reader(false).ReadAsync(key, default)).For("b").Title);
        Assert.Equal((false, (string?)null), Known((await Reader(true, "a").ReadAsync(key, default)).For("b")));
        Assert.Equal((true, "secret"), Known((await Reader(true, "a").ReadAsync(key, default)).For("a")));
        // Whose it is, nobody knows any more.
        Assert.Equal((false, (string?)null), Known((await Reader(true).ReadAsync(key, default)).For("b")));

        static (bool, string?) Known(SourceFacts facts) => (facts.Active, facts.Title);
    }

    [Fact]
    public async Task A_browser_that_has_changed_hands_gets_nothing_of_its_former_person()
    {
        var (first, second) = (await world.NewPersonAsync(), await world.NewPersonAsync());
        using var browser = await first.SubscribeAsync();
        var channels = world.Host.Services.GetRequiredService<INotificationChannels>();
        var before = (await channels.TargetsAsync([first.UserId], default)).Single().Id;
        (await second.PostAsync("push/subscriptions", browser.Subscription)).Ok(201);
        var after = (await channels.TargetsAsync([second.UserId], default)).Single().Id;
        Assert.NotEqual(before, after);
        foreach (var target in (Guid[])[before, after])
            Assert.Equal(new ChannelResult.Dead("no_subscription"), await channels.SendAsync(
                new ChannelMessage(Channel.Push, target, first.UserId, "todo", "key-of-at-least-32-characters-00001", "x", "", "{}", TimeSpan.FromHours(1)), default));
        Assert.Empty(browser.Requests);
    }

    [Fact]
    public async Task An_outcome_that_cannot_be_written_back_holds_up_no_other()
    {
        world.MoveTo("2026-02-02T08:00:00Z");
        var services = world.Host.Services;
        for (var i = 0; i < 2; i++)
        {
            var person = await world.NewPersonAsync();
            await person.SubscribeAsync();
            await person.SyncedAsync(await person.TaskAsync("2026-02-02T09:00:00.000Z"), 0);
        }

        world.MoveTo("2026-02-02T09:00:00Z");
        await services.GetRequiredService<ReminderClaims>().ClaimAsync(default);
        await services.GetRequiredService<ReminderDispatcher>().DrainAsync(default);
        var lowest = await world.ScalarAsync<string>("SELECT r.origin_key FROM apps.reminder_instances i JOIN apps.reminder_rules r ON r.id = i.rule_id WHERE i.write_back ORDER BY i.id LIMIT 1");
        var waiting = await world.ScalarAsync<long>("SELECT count(*) FROM apps.reminder_instances WHERE write_back");
        Assert.True(waiting >= 2);
        var written = await new WriteBack(services.GetRequiredService<NpgsqlDataSource>(), new Failing(world.Records(), id => lowest!.EndsWith(id, StringComparison.Ordinal)), services.GetRequiredService<IErasedUsers>(), NullLogger<WriteBack>.Instance).RunAsync(default);
        Assert.Equal((waiting - 1, 1L), ((long)written, await world.ScalarAsync<long>("SELECT count(*) FROM apps.reminder_instances WHERE write_back")));
        await world.TickAsync();
    }

    [Theory]
    [InlineData("""{"url":"\ud800"}""")]
    [InlineData("""{"categoryPreferences":{"\u0000":true}}""")]
    public async Task What_cannot_be_kept_is_refused(string body)
    {
        var person = await world.PersonAsync();
        (await person.SendAsync(Caller.Message(HttpMethod.Put, "notifications/preferences", body))).Refused(400);
        (await person.PostAsync("todo/compute/validate", body)).Refused(400);
        (await person.GetAsync("reminders?appId=todo&collection=tasks&recordId=%00")).Refused(404);
        (await person.DeleteAsync("push/subscriptions?endpoint=%00")).Refused(404);
    }

    /// <summary>Records of which some cannot be had.</summary>
    sealed class Failing(ISyncRecords records, Func<string, bool> fails) : ISyncRecords
    {
        public Task<AppendResult> AppendAsync(AppendRequest request, CancellationToken cancellationToken) =>
            fails(request.Writes[0].Id) ? throw new InvalidOperationException("broken") : records.AppendAsync(request, cancellationToken);

        public Task<SyncRecord?> ReadAsync(RecordOwner owner, string appId, string table, string id, CancellationToken cancellationToken) =>
            fails(id) ? throw new InvalidOperationException("broken") : records.ReadAsync(owner, appId, table, id, cancellationToken);

        public IAsyncEnumerable<SyncRecord> QueryAsync(RecordOwner owner, string appId, string table, CancellationToken cancellationToken) => records.QueryAsync(owner, appId, table, cancellationToken);

        public IAsyncEnumerable<SyncRecord> QueryAsync(RecordOwner owner, string appId, string table, string mentioned, CancellationToken cancellationToken) => records.QueryAsync(owner, appId, table, mentioned, cancellationToken);

        public IAsyncEnumerable<OwnedRecord> QueryAllAsync(string appId, string table, string? bookmark, CancellationToken cancellationToken) => records.QueryAllAsync(appId, table, bookmark, cancellationToken);
    }

    /// <summary>One record, whatever is asked for.</summary>
    sealed class One(SyncRecord record) : ISyncRecords
    {
        public Task<AppendResult> AppendAsync(AppendRequest request, CancellationToken cancellationToken) => throw new NotSupportedException();

        public Task<SyncRecord?> ReadAsync(RecordOwner owner, string appId, string table, string id, CancellationToken cancellationToken) => Task.FromResult<SyncRecord?>(record);

        public IAsyncEnumerable<SyncRecord> QueryAsync(RecordOwner owner, string appId, string table, CancellationToken cancellationToken) => throw new NotSupportedException();

        public IAsyncEnumerable<SyncRecord> QueryAsync(RecordOwner owner, string appId, string table, string mentioned, CancellationToken cancellationToken) => throw new NotSupportedException();

        public IAsyncEnumerable<OwnedRecord> QueryAllAsync(string appId, string table, string? bookmark, CancellationToken cancellationToken) => throw new NotSupportedException();
    }
}
