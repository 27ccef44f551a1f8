using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Net.Http.Json;
using System.Text.Json;
using System.Text.Json.Nodes;
using Mana.Apps.Reminders.Delivery;
using Mana.Apps.Reminders.Firing;
using Mana.Apps.Reminders.Rules;
using Mana.Auth.Contracts;
using Mana.Sync.Contracts;
using Mana.Testing;
using Mana.Testing.Push;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace Mana.Apps.Tests.Reminders;

/// <summary>A host that claims and sends only when a test says so, by a clock that stands still until a test moves it; and a push service.</summary>
public sealed class ReminderFixture : AppsFixture
{
    readonly List<TestHost> _others = [];

    public PushReceiver Receiver { get; private set; } = null!;

    public override async ValueTask InitializeAsync()
    {
        Receiver = await PushReceiver.StartAsync();
        await base.InitializeAsync();
    }

    protected override TestHost Configure(TestHost host) => host.WithPush().With("Reminders:Enabled", "false").With(services => services.Replace(ServiceDescriptor.Singleton<IErasedUsers>(Erased)));

    /// <summary>Whose erasure has been decided on.</summary>
    internal ErasedPeople Erased { get; } = new();

    public override async ValueTask DisposeAsync()
    {
        foreach (var host in _others)
            await host.DisposeAsync();
        await base.DisposeAsync();
        await Receiver.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    /// <summary>One more host on the database.</summary>
    public async Task<TestHost> StartHostAsync(params (string Key, string Value)[] settings)
    {
        var host = Configure(new TestHost(Database).With(Clock));
        foreach (var (key, value) in settings)
            host.With(key, value);
        _others.Add(host);
        return await host.StartAsync();
    }

    public void MoveTo(string instant) => Clock.Advance(DateTimeOffset.Parse(instant, CultureInfo.InvariantCulture) - Clock.GetUtcNow());

    internal async Task<Person> NewPersonAsync(string? userId = null) => new(this, (await PersonAsync(userId)).UserId);

    /// <summary>Returns when the schedule knows of every change of a record.</summary>
    public async Task SettleAsync()
    {
        do
            await Host.DrainAsync();
        while (await ScalarAsync<bool>(
            "SELECT EXISTS (SELECT FROM sync.outbox WHERE next_attempt_at <= $1) OR EXISTS (SELECT FROM apps.outbox WHERE next_attempt_at <= $1)", Clock.GetUtcNow()));
    }

    /// <summary>Everything that is due at this moment: claimed, sent, written back. How many attempts there were.</summary>
    public async Task<int> TickAsync(TestHost? host = null)
    {
        var services = (host ?? Host).Services;
        var patience = Stopwatch.StartNew();
        // The next batch; or the same once more, when a change that is just being heard of held on to what is due.
        while (await services.GetRequiredService<ReminderClaims>().ClaimAsync(default) > 0 || (await IsDueAsync() && patience.Elapsed < TimeSpan.FromSeconds(2)))
            await Task.Yield();

        var sent = await services.GetRequiredService<ReminderDispatcher>().DrainAsync(default);
        await services.GetRequiredService<WriteBack>().RunAsync(default);
        await SettleAsync();
        return sent;
    }

    Task<bool> IsDueAsync() => ScalarAsync<bool>("SELECT EXISTS (SELECT FROM apps.reminder_instances WHERE state IN ('pending', 'snoozed') AND fire_at <= $1)", Clock.GetUtcNow());

    public Task<int> TickAtAsync(string instant)
    {
        MoveTo(instant);
        return TickAsync();
    }

    /// <summary>Somebody whose only reminder has just fired.</summary>
    internal async Task<(Person Person, TestBrowser Browser)> DueAsync(string at, params int[] answers)
    {
        Clock.Advance(DateTimeOffset.Parse(at, CultureInfo.InvariantCulture).AddHours(-1) - Clock.GetUtcNow());
        var person = await NewPersonAsync();
        var browser = await person.SubscribeAsync();
        browser.Answers([.. answers.Select(status => (status, (string?)null))]);
        await person.RemindAsync(await person.TaskAsync(at), new { minutesBefore = 0 });
        await TickAtAsync(at);
        return (person, browser);
    }

    /// <summary>A column of the newest delivery of somebody.</summary>
    internal async Task<string?> DeliveryAsync(Person person, string column, string channel = "push") =>
        await ScalarAsync<string>($"SELECT {column}::text FROM apps.reminder_deliveries WHERE user_id = $1 AND channel = $2 ORDER BY created_at DESC, id DESC LIMIT 1", person.UserId, channel);

    internal Task<string?> InstanceAsync(Person person, string column) => ScalarAsync<string>(
        $"SELECT i.{column}::text FROM apps.reminder_instances i JOIN apps.reminder_rules r ON r.id = i.rule_id WHERE r.user_id = $1 ORDER BY i.fire_at DESC LIMIT 1", person.UserId);
}

/// <summary>Somebody with records, browsers and reminders.</summary>
internal sealed class Person(ReminderFixture fixture, string userId)
{
    public string UserId => userId;

    /// <summary>A client with a token of this moment: the clock of the tests moves by days.</summary>
    public async Task<Caller> ClientAsync() => await fixture.PersonAsync(userId);

    public async Task<Answer> PostAsync(string path, object? body = null) => await (await ClientAsync()).PostAsync(path, body);

    public async Task<Answer> GetAsync(string path) => await (await ClientAsync()).GetAsync(path);

    public async Task<Answer> DeleteAsync(string path) => await (await ClientAsync()).DeleteAsync(path);

    public async Task<Answer> PutPreferencesAsync(object body)
    {
        var answer = await (await ClientAsync()).SendAsync(new HttpRequestMessage(HttpMethod.Put, "/api/v1/notifications/preferences") { Content = JsonContent.Create(body) });
        await fixture.SettleAsync();
        return answer;
    }

    /// <summary>What fires next, as <c>upcoming</c> tells it.</summary>
    public async Task<string[]> UpcomingAsync(int hours = 72) =>
        [.. (await GetAsync($"reminders/upcoming?hours={hours}")).Ok()["reminders"].EnumerateArray().Select(one => one.GetProperty("fireAt").GetString()!)];

    /// <summary>An event that carries a reminder at its time, every day from then on; the id of the reminder.</summary>
    public async Task<string> DailyAsync(string start)
    {
        var (block, name) = (userId + "-block", userId + "-event");
        await StoreAsync("timeblocks", "timeBlocks", block, new { startDate = start, allDay = false, timezone = "UTC", recurrenceRule = "FREQ=DAILY", title = "Stehung" });
        await StoreAsync("calendar", "events", name, new { timeBlockId = block, title = "Stehung", reminders = new[] { 0 } });
        return (await GetAsync("reminders")).Ok()["reminders"].EnumerateArray().Single().GetProperty("id").GetString()!;
    }

    public Task StoreAsync(string app, string table, string id, object fields) => WriteAsync(app, RecordOp.Insert, table, id, fields);

    public Task ChangeAsync(string app, string table, string id, object fields) => WriteAsync(app, RecordOp.Update, table, id, fields);

    public Task RemoveAsync(string app, string table, string id) => WriteAsync(app, RecordOp.Delete, table, id, null);

    /// <summary>A task that is due then.</summary>
    public async Task<string> TaskAsync(string? dueDate, string title = "Milch holen", string? id = null)
    {
        id ??= $"{userId}-task-{Guid.NewGuid():N}";
        await StoreAsync("todo", "tasks", id, new { title, isCompleted = false, dueDate, priority = "medium" });
        return id;
    }

    /// <summary>A reminder that a client made in its synchronised data.</summary>
    public async Task<string> SyncedAsync(string taskId, int minutesBefore, string type = "push", string status = "pending")
    {
        var id = Guid.NewGuid().ToString("D");
        await StoreAsync("todo", "reminders", id, new { taskId, minutesBefore, type, status });
        return id;
    }

    public async Task<JsonElement> RemindAsync(string taskId, object body, int status = 201) =>
        (await PostAsync($"todo/tasks/{taskId}/reminders", body)).Ok(status)["reminder"];

    public async Task<TestBrowser> SubscribeAsync()
    {
        var browser = fixture.Receiver.NewBrowser();
        (await PostAsync("push/subscriptions", browser.Subscription)).Ok(201);
        return browser;
    }

    /// <summary>An account with a proved address: for mail.</summary>
    public Task WithAddressAsync() => fixture.ScalarAsync<object>("""
        INSERT INTO auth.users (id, name, email, email_normalized, email_verified, role, access_tier, kind, created_at, updated_at, two_factor_enabled, lockout_enabled, access_failed_count)
        VALUES ($1, 'Ada', $1 || '@example.test', $1 || '@example.test', true, 'user', 'public', 'human', now(), now(), false, true, 0) RETURNING id
        """, userId);

    public Task<long> MailsAsync() => fixture.ScalarAsync<long>("SELECT count(*) FROM notify.deliveries WHERE user_id = $1 AND template = 'reminder'", userId);

    async Task WriteAsync(string app, RecordOp op, string table, string id, object? fields)
    {
        var write = new RecordWrite(op, table, id, fields is null ? null : JsonSerializer.SerializeToNode(fields) as JsonObject, op == RecordOp.Delete ? fixture.Clock.GetUtcNow() : null);
        Assert.IsType<AppendResult.Stored>(await fixture.Host.Services.GetRequiredService<ISyncRecords>().AppendAsync(new AppendRequest(userId, app, [write], "device-1"), default));
        await fixture.SettleAsync();
    }
}

internal sealed class ErasedPeople : IErasedUsers
{
    readonly ConcurrentDictionary<string, bool> _people = new(StringComparer.Ordinal);

    public void Add(string userId) => _people[userId] = true;

    public ValueTask<bool> IsErasedAsync(string userId, CancellationToken cancellationToken) => ValueTask.FromResult(_people.ContainsKey(userId));
}

[CollectionDefinition(Name)]
public sealed class ReminderWorld : ICollectionFixture<ReminderFixture>
{
    public const string Name = "reminders";
}
