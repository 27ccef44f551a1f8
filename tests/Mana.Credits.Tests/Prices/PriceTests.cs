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
