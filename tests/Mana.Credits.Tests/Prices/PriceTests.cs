using Mana.Credits.Prices;

namespace Mana.Credits.Tests.Prices;

/// <summary>commerce.md 3.9: the catalogue decides.</summary>
public sealed class PriceTests(CreditsFixture fixture) : IClassFixture<CreditsFixture>
{
    [Fact]
    public async Task Anybody_may_read_what_things_cost()
    {
        var costs = (await fixture.Anybody().GetAsync("credits/costs")).Ok()["costs"].EnumerateArray().ToDictionary(price => price.GetProperty("operation").GetString()!);
        Assert.Equal(PriceSeed.All.Count, costs.Count);
        Assert.Equal((5m, "chat"), (costs["ai_chat_gpt4"].GetProperty("cost").GetDecimal(), costs["ai_chat_gpt4"].GetProperty("app").GetString()));
        Assert.Equal(0.1m, costs["ai_chat_ollama"].GetProperty("cost").GetDecimal());
        Assert.Equal(30m, costs["cloud_sync"].GetProperty("cost").GetDecimal());
    }

    [Fact]
    public async Task The_price_of_an_operation_is_the_catalogues()
    {
        var person = await fixture.PersonAsync(100);
        Task<Answer> UseAsync(object body) => fixture.Service().PostAsync("internal/credits/use", body);
        var used = (await UseAsync(new { userId = person.UserId, operation = "ai_chat_ollama", quantity = 3, description = "x" })).Ok();
        Assert.Equal((-0.3m, "chat"), (used.Number("transaction", "amount"), used.String("transaction", "appId")));
        (await UseAsync(new { userId = person.UserId, operation = "bulk_import", quantity = 21, appId = "todo", description = "x" })).Ok();
        Assert.Equal(100_000 - 300 - 600, (await fixture.BalanceAsync(person)).Available.Milli);
        (await UseAsync(new { userId = person.UserId, operation = "ai_chat_gpt4", amount = 1, description = "x" })).Refused(400);
        (await UseAsync(new { userId = person.UserId, operation = "no_such", description = "x" })).Refused(400);
        (await UseAsync(new { userId = person.UserId, operation = "ai_chat_gpt4", quantity = 0, description = "x" })).Refused(400);
        (await fixture.Service().PostAsync("internal/credits/reserve", new { userId = person.UserId, operation = "research_perplexity_sonar", reason = "research:perplexity:research" })).Ok();
        Assert.Equal(50_000, (await fixture.BalanceAsync(person)).Reserved.Milli);
    }

    [Fact]
    public async Task What_was_spent_is_told_by_day_and_by_app()
    {
        var person = await fixture.PersonAsync(100);
        await person.UseAsync(5);
        await person.UseAsync(2.5);
        (await person.PostAsync("credits/use", new { amount = 1, appId = "cards", description = "x" })).Ok();
        var apps = (await person.GetAsync("credits/usage?groupBy=app")).Ok();
        Assert.Equal((8.5m, "cards", 1m), (apps.Number("total"), apps["usage"][0].GetProperty("key").GetString(), apps["usage"][0].GetProperty("credits").GetDecimal()));
        Assert.Equal(1, (await person.GetAsync("credits/usage")).Ok()["usage"].GetArrayLength());
        (await person.GetAsync("credits/usage?from=yesterday")).Refused(400);
        (await person.GetAsync("credits/usage?groupBy=moon")).Refused(400);
    }
}

/// <summary>A clock of its own: prices are remembered for half a minute.</summary>
public sealed class PriceChangeTests(ClockedFixture fixture) : IClassFixture<ClockedFixture>
{
    [Fact]
    public async Task A_retry_after_a_new_price_is_the_request_that_it_was()
    {
        var person = await fixture.PersonAsync(100);
        Task<Answer> SendAsync(string what, object body) => fixture.Service().PostAsync("internal/credits/" + what, body, key: "once");
        var (use, reserve) = (
            new { userId = person.UserId, operation = "ai_chat_gpt4", quantity = 2, description = "x" }, new { userId = person.UserId, operation = "ai_chat_gpt4", quantity = 1, reason = "x" });
        var first = (await SendAsync("use", use)).Ok();
        var held = (await SendAsync("reserve", reserve)).Ok();
        await fixture.ScalarAsync<object>(
            "INSERT INTO credits.prices (operation, valid_from, cost, unit, category, app) VALUES ('ai_chat_gpt4', $1, 9000, 'call', 'ai', 'chat')", fixture.Clock.GetUtcNow());
        fixture.Clock.Advance(TimeSpan.FromMinutes(1));
        Assert.Equal(first.String("transaction", "id"), (await SendAsync("use", use)).Ok().String("transaction", "id"));
        Assert.Equal(held.String("reservationId"), (await SendAsync("reserve", reserve)).Ok().String("reservationId"));
        (await SendAsync("use", new { userId = person.UserId, operation = "ai_chat_gpt4", quantity = 3, description = "x" })).Refused(409, "idempotency_mismatch");
        Assert.Equal((85_000, 5_000), ((await fixture.BalanceAsync(person)).Available.Milli, (await fixture.BalanceAsync(person)).Reserved.Milli));
        Assert.Equal(9, (await fixture.Service().PostAsync("internal/credits/use", new { userId = person.UserId, operation = "ai_chat_gpt4", description = "x" })).Ok().Number("transaction", "amount") * -1);
    }
}
