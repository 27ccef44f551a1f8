using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using Mana.Devices;
using Mana.Sync.Merge;
using Mana.Testing;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.TestHost;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace Mana.Sync.Tests.Merge;

/// <summary>
/// sync.md 13.5: devices of both generations that edit, push and pull in any order, often in the same millisecond and over a network that
/// loses answers, end equal to each other and to the server. Each seed is one script; a failing seed fails again.
/// </summary>
public sealed class ConvergenceTests(SyncFixture fixture) : IClassFixture<SyncFixture>
{
    static readonly string[] Fields = ["title", "note", "list"];

    [Fact]
    public async Task Unmodified_clients_converge() => await RunManyAsync(1, 25, _ => Generation.Legacy);

    [Fact]
    public async Task Modern_clients_converge() => await RunManyAsync(101, 25, _ => Generation.Modern);

    [Fact]
    public async Task Clients_of_both_generations_converge() => await RunManyAsync(201, 50, random => random.Next(2) == 0 ? Generation.Legacy : Generation.Modern);

    async Task RunManyAsync(int firstSeed, int runs, Func<Random, Generation> generation)
    {
        for (var seed = firstSeed; seed < firstSeed + runs; seed++)
            await RunAsync(seed, generation);
    }

    async Task RunAsync(int seed, Func<Random, Generation> generation)
    {
        var random = new Random(seed);
        var person = await fixture.PersonAsync();
        var script = new StringBuilder($"seed {seed}");
        var people = Enumerable.Range(0, 3).Select(i => MakeParty(person, "d" + i, generation(random), random.Next(3) == 0)).ToList();

        for (var step = 0; step < 40; step++)
            await StepAsync(people[random.Next(people.Count)], people, random, script);
        for (var round = 0; round < 2; round++)
            foreach (var party in people)
                await party.Device.SyncAsync();

        var server = await VisibleOnServerAsync(person);
        foreach (var (device, _) in people)
            Assert.True(server == device.Store.Visible(), $"{script}\n\nserver:\n{server}\n\n{device.ClientId}:\n{device.Store.Visible()}");
    }

    Party MakeParty(SyncClient person, string clientId, Generation generation, bool losesAnswers)
    {
        var clock = new FakeClock(new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero));
        if (!losesAnswers)
            return new Party(new Device(person.Http, clientId, generation: generation, clock: clock), clock);
        var server = (TestServer)fixture.Host.Services.GetRequiredService<IServer>();
        var http = new HttpClient(new RetryingTwice(server.CreateHandler())) { BaseAddress = server.BaseAddress };
        http.DefaultRequestHeaders.Authorization = person.Http.DefaultRequestHeaders.Authorization;
        return new Party(new Device(http, clientId, generation: generation, clock: clock), clock);
    }

    static async Task StepAsync(Party party, List<Party> people, Random random, StringBuilder script)
    {
        var (device, clock) = party;
        var id = "r" + random.Next(5).ToString(CultureInfo.InvariantCulture);
        if (random.Next(10) < 3)
        {
            script.Append(CultureInfo.InvariantCulture, $"\n{device.ClientId} syncs");
            await device.SyncAsync();
            // Nobody's clock is behind what he has seen; that the next edits of two devices fall into one millisecond is then the rule.
            clock.Advance(people.Max(other => other.Clock.GetUtcNow()) - clock.GetUtcNow());
            return;
        }

        clock.Advance(TimeSpan.FromMilliseconds(1));
        script.Append(CultureInfo.InvariantCulture, $"\n{device.Now()} {device.ClientId} ");
        switch (random.Next(7))
        {
            case 0 when device.Store.Find("tasks", id) is not null:
                script.Append("deletes " + id);
                device.Delete("tasks", id);
                break;
            case 1 when device.Store.Find("tasks", id) is not null:
                script.Append("undeletes " + id);
                device.Undelete("tasks", id);
                break;
            default:
                Write(device, id, [.. Fields.Where(_ => random.Next(2) == 0).Select(field => (field, (JsonNode?)random.Next(4)))], script);
                break;
        }
    }

    static void Write(Device device, string id, (string Field, JsonNode? Value)[] values, StringBuilder script)
    {
        var known = device.Store.Find("tasks", id) is not null;
        script.Append(CultureInfo.InvariantCulture, $"{(known ? "updates" : "inserts")} {id} {string.Join(' ', values)}");
        if (known)
            device.Update("tasks", id, values);
        else
            device.Insert("tasks", id, new JsonObject(values.Select(value => KeyValuePair.Create(value.Field, value.Value))));
    }

    /// <summary>The merged state in the words of <see cref="LocalStore.Visible"/>.</summary>
    async Task<string> VisibleOnServerAsync(SyncClient person)
    {
        await using var connection = await fixture.OpenAsync();
        await using var command = new NpgsqlCommand(
            "SELECT r.record_id, r.state::text FROM sync.records r JOIN sync.scopes s ON s.id = r.scope_id WHERE s.name = $1 ORDER BY r.record_id COLLATE \"C\"", connection);
        command.Parameters.Add(new() { Value = SyncFixture.Scope(person) });
        await using var rows = await command.ExecuteReaderAsync();
        var lines = new List<string>();
        while (await rows.ReadAsync())
        {
            var state = RecordStateJson.Read(Encoding.UTF8.GetBytes(rows.GetString(1)));
            if (!state.IsDeleted && !state.IsErased)
                lines.Add($"tasks/{rows.GetString(0)} " + string.Join(' ', state.Fields.Where(field => field.Key != RecordState.DeletedAt)
                    .OrderBy(field => field.Key, StringComparer.Ordinal).Select(field => $"{field.Key}={Encoding.UTF8.GetString(field.Value.Value.Span)}")));
        }

        return string.Join('\n', lines);
    }

    sealed record Party(Device Device, FakeClock Clock);
}
