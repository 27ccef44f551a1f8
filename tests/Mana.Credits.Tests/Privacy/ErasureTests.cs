using System.Text;
using Mana.Credits.Privacy;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace Mana.Credits.Tests.Privacy;

/// <summary>commerce.md 13.2 and scenario 148, as far as it concerns credits.</summary>
public sealed class ErasureTests(CreditsFixture fixture) : IClassFixture<CreditsFixture>
{
    /// <summary>Of this test: others leave rich people behind in the same database.</summary>
    readonly string _mark = Guid.NewGuid().ToString("N")[..8];

    CreditsPersonalData Personal => fixture.Host.Services.GetRequiredService<CreditsPersonalData>();

    async Task<Caller> RichAsync()
    {
        var person = await fixture.MemberAsync(1000, name: "Ada Erasable " + _mark);
        (await person.PostAsync("credits/use", new { amount = 5, appId = "chat", description = "dear diary " + _mark, idempotencyKey = "key-of-mine-" + _mark, metadata = new { about = person.UserId } })).Ok();
        (await fixture.Service().PostAsync("internal/credits/reserve", new { userId = person.UserId, amount = 7, reason = "research:mine-" + _mark })).Ok();
        (await person.PostAsync("gifts", new { totalCredits = 50, message = "dear friend " + _mark })).Ok(201);
        (await person.PostAsync("sync/activate")).Ok();
        return person;
    }

    [Fact]
    public async Task Scenario_148_nothing_of_the_person_is_left_and_the_ledger_still_adds_up()
    {
        var (person, admin) = (await RichAsync(), await fixture.AdminAsync());
        (await admin.PostAsync($"admin/credits/{person.UserId}/adjust", new { amount = -1.5, reason = "a correction", referenceId = "r" })).Ok();
        var answer = (await fixture.Service().DeleteAsync($"internal/credits/balance/{person.UserId}")).Ok();
        Assert.True(answer.Number("deletedCount") > 0);
        Assert.Equal("""{"deletedCount":0}""", (await fixture.Service().DeleteAsync($"internal/credits/balance/{person.UserId}")).Ok().Text);
        await fixture.DrainAsync();

        await using var connection = await fixture.OpenAsync();
        var tables = new List<string>();
        await using (var rows = await new NpgsqlCommand("SELECT tablename FROM pg_tables WHERE schemaname = 'credits'", connection).ExecuteReaderAsync())
            while (await rows.ReadAsync())
                tables.Add(rows.GetString(0));
        Assert.True(tables.Count > 10);
        foreach (var table in tables)
        foreach (var trace in (string[])[$"{person.UserId}\"", $"{person.UserId},", $"({person.UserId},", "dear diary " + _mark, "dear friend " + _mark, "key-of-mine-" + _mark, "Ada Erasable " + _mark, "research:mine-" + _mark])
            Assert.True(await fixture.ScalarAsync<long>($"SELECT count(*) FROM credits.{table} t WHERE strpos(t::text, $1) > 0", trace) == 0, $"{table} still holds '{trace}'");
        Assert.Equal(0, await fixture.ScalarAsync<long>("SELECT sum(balance)::bigint FROM credits.accounts a WHERE owner_id LIKE 'erased-%'"));
        await fixture.IsSoundAsync();
    }

    [Fact]
    public async Task Neither_a_reference_nor_a_promised_address_stays()
    {
        var (person, creator, admin) = (await fixture.MemberAsync(10), await fixture.MemberAsync(100), await fixture.AdminAsync());
        (await fixture.Service().PostAsync("internal/credits/grant", new { userId = person.UserId, amount = 5, reason = "r", referenceId = "invited:" + person.UserId })).Ok();
        (await admin.PostAsync($"admin/credits/{person.UserId}/adjust", new { amount = 1, reason = "r", referenceId = "for:" + person.UserId })).Ok();
        var gift = (await creator.PostAsync("gifts", new { totalCredits = 5, type = "personalized", targetEmail = person.UserId + "@example.test" })).Ok(201);
        (await person.PostAsync($"gifts/{gift.String("code")}/redeem")).Ok();
        await Personal.EraseAsync(person.UserId, default);
        foreach (var table in (string[])["entries", "gift_codes", "gift_redemptions", "accounts"])
        foreach (var trace in (string[])[$":{person.UserId},", $"{person.UserId}@", $":{person.UserId}\""])
            Assert.Equal(0, await fixture.ScalarAsync<long>($"SELECT count(*) FROM credits.{table} t WHERE strpos(t::text, $1) > 0", trace));
    }

    [Fact]
    public async Task An_export_holds_everything_of_one_person()
    {
        var (person, other) = (await RichAsync(), await RichAsync());
        using var output = new MemoryStream();
        await Personal.ExportAsync(person.UserId, output, default);
        var text = Encoding.UTF8.GetString(output.ToArray());
        var json = System.Text.Json.JsonDocument.Parse(text).RootElement;
        Assert.Equal(4, json.GetProperty("transactions").GetArrayLength());
        Assert.Equal(1, json.GetProperty("openReservations").GetArrayLength());
        Assert.Equal(1, json.GetProperty("gifts").GetArrayLength());
        Assert.Equal(1, json.GetProperty("sync").GetArrayLength());
        Assert.DoesNotContain($"\"{other.UserId}\"", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Somebody_unknown_is_erased_and_exported_without_trouble()
    {
        await Personal.EraseAsync("nobody-at-all", default);
        using var output = new MemoryStream();
        await Personal.ExportAsync("nobody-at-all", output, default);
        Assert.True(output.Length > 0);
    }

    [Fact]
    public async Task An_adjustment_is_booked_once_per_reference_and_names_who_made_it()
    {
        var (admin, person) = (await fixture.AdminAsync(), await fixture.PersonAsync(10));
        for (var i = 0; i < 2; i++)
            (await admin.PostAsync($"admin/credits/{person.UserId}/adjust", new { amount = 2.5, reason = "a correction", referenceId = "once" })).Ok();
        (await admin.PostAsync($"admin/credits/{person.UserId}/adjust", new { amount = -100, reason = "too much", referenceId = "other" })).Refused(402);
        (await admin.PostAsync($"admin/credits/{person.UserId}/adjust", new { amount = 1, referenceId = "no reason" })).Refused(400);
        (await person.PostAsync($"admin/credits/{person.UserId}/adjust", new { amount = 1, reason = "me", referenceId = "me" })).Refused(403);
        Assert.Equal(12_500, (await fixture.BalanceAsync(person)).Available.Milli);
        Assert.Equal("admin:" + admin.UserId, await fixture.ScalarAsync<string>("SELECT created_by FROM credits.entries WHERE business_key LIKE 'adjust:%' AND metadata->>'referenceId' = 'once'"));
        Assert.Equal(2, (await admin.GetAsync($"admin/credits/{person.UserId}")).Ok()["transactions"].GetArrayLength());
    }
}
