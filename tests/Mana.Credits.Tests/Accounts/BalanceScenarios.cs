namespace Mana.Credits.Tests.Accounts;

/// <summary>commerce.md 17, scenarios 9–18, 22–25.</summary>
public sealed class BalanceScenarios(CreditsFixture fixture) : IClassFixture<CreditsFixture>
{
    [Fact]
    public async Task Scenario_09_the_first_read_is_zero_with_exactly_three_members()
    {
        var person = await fixture.PersonAsync();
        var answers = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => person.GetAsync("credits/balance")));
        Assert.All(answers, answer => Assert.Equal("""{"balance":0,"totalEarned":0,"totalSpent":0}""", answer.Ok().Text));
        Assert.Equal(1, await fixture.ScalarAsync<long>("SELECT count(*) FROM credits.accounts WHERE owner_id = $1 AND kind = 'available'", person.UserId));
    }

    [Fact]
    public async Task Scenario_10_init_twice_gives_the_same_row()
    {
        var user = fixture.NewId();
        var first = (await fixture.Service().PostAsync("internal/credits/init", new { userId = user })).Ok();
        var second = (await fixture.Service().PostAsync("internal/credits/init", new { userId = user })).Ok();
        Assert.Equal(first.Text, second.Text);
        Assert.Equal(0, second.Number("version"));
    }

    [Fact]
    public async Task Scenario_11_a_debit_moves_balance_and_spent_and_leaves_a_line()
    {
        var person = await fixture.PersonAsync(100);
        var before = await fixture.BalanceAsync(person);
        var answer = (await person.PostAsync("credits/use", new { amount = 5, appId = "chat", description = "a reply", metadata = new { model = "x" } })).Ok();
        var line = answer["transaction"];
        Assert.Equal((-5m, 100m, 95m), (line.GetProperty("amount").GetDecimal(), line.GetProperty("balanceBefore").GetDecimal(), line.GetProperty("balanceAfter").GetDecimal()));
        Assert.Equal(("usage", "completed", "chat"), (line.GetProperty("type").GetString(), line.GetProperty("status").GetString(), line.GetProperty("appId").GetString()));
        Assert.Equal("user", line.GetProperty("metadata").GetProperty("source").GetString());
        Assert.Equal((95m, 5m), (answer.Number("newBalance", "balance"), answer.Number("newBalance", "totalSpent")));
        var after = await fixture.BalanceAsync(person);
        Assert.Equal((95_000, 5_000, before.TotalEarned, before.Version + 1), (after.Available.Milli, after.TotalSpent.Milli, after.TotalEarned, after.Version));

        // What was told from memory is what is stored.
        var stored = (await person.GetAsync("credits/transactions?limit=1")).Ok().Body[0];
        foreach (var member in line.EnumerateObject())
            Assert.True(System.Text.Json.JsonElement.DeepEquals(member.Value, stored.GetProperty(member.Name)), $"{member.Name}: {member.Value} / {stored.GetProperty(member.Name)}");
    }

    [Fact]
    public async Task Scenario_12_exactly_everything_can_be_spent_and_nothing_more()
    {
        var person = await fixture.PersonAsync(100);
        var refused = (await person.UseAsync(101)).Refused(402, "insufficient_credits", "Insufficient credits");
        Assert.Equal((101m, 100m), (refused.Number("details", "required"), refused.Number("details", "available")));
        Assert.Equal(1, await fixture.LinesAsync(person));
        Assert.Equal(0, (await person.UseAsync(100)).Ok().Number("newBalance", "balance"));
        (await person.UseAsync(0.001)).Refused(402);
    }

    [Fact]
    public async Task Scenario_13_somebody_without_an_account_has_nothing_to_spend()
    {
        var refused = (await (await fixture.PersonAsync()).UseAsync(7, key: "k")).Refused(402);
        Assert.Equal((7m, 0m), (refused.Number("details", "required"), refused.Number("details", "available")));
    }

    [Theory]
    [InlineData("0")]
    [InlineData("-1")]
    [InlineData("\"5\"")]
    [InlineData("1.2345")]
    [InlineData("1e9")]
    [InlineData("1000000.001")]
    [InlineData("null")]
    [InlineData("1e400")]
    public async Task Scenario_14_amounts_that_are_none_are_refused(string amount)
    {
        var person = await fixture.PersonAsync(100);
        (await person.PostAsync("credits/use", $$"""{"amount":{{amount}},"appId":"chat","description":"x"}""")).Refused(400, "validation_failed");
        Assert.Equal(100_000, (await fixture.BalanceAsync(person)).Available.Milli);
    }

    [Fact]
    public async Task Scenario_14_ten_tenths_are_exactly_one()
    {
        var person = await fixture.PersonAsync(1);
        Assert.Contains("\"balance\":0.9,", (await person.UseAsync(0.1)).Ok().Text, StringComparison.Ordinal);
        for (var i = 1; i < 10; i++)
            (await person.UseAsync(0.1)).Ok();
        Assert.Equal("""{"balance":0,"totalEarned":1,"totalSpent":1}""", (await person.GetAsync("credits/balance")).Text);
    }

    [Theory]
    [InlineData("""{"amount":1,"appId":"","description":"x"}""", "appId")]
    [InlineData("""{"amount":1,"appId":"chat","description":""}""", "description")]
    [InlineData("""{"amount":1,"appId":"chat"}""", "description")]
    [InlineData("""{"amount":1,"appId":"chat","description":"x","metadata":[1]}""", "metadata")]
    [InlineData("""{"amount":1,"appId":"chat","description":"x","idempotencyKey":""}""", "idempotencyKey")]
    public async Task Scenario_15_what_is_missing_or_malformed_is_named(string body, string path)
    {
        var refused = (await (await fixture.PersonAsync(100)).PostAsync("credits/use", body)).Refused(400, "validation_failed");
        Assert.Equal(path, refused["details"].GetProperty("errors")[0].GetProperty("path").GetString());
    }

    [Fact]
    public async Task Scenario_16_a_repeated_key_debits_once()
    {
        var person = await fixture.PersonAsync(100);
        var first = (await person.UseAsync(5, key: "same")).Ok();
        await person.UseAsync(1);
        var second = (await person.UseAsync(5, key: "same")).Ok();
        Assert.Equal(first.String("transaction", "id"), second.String("transaction", "id"));
        Assert.Equal("Transaction already processed", second.String("message"));
        Assert.True(second["replayed"].GetBoolean());
        Assert.Equal((95m, 94m), (second.Number("transaction", "balanceAfter"), second.Number("newBalance", "balance")));
    }

    [Fact]
    public async Task Scenario_16_the_key_may_also_come_as_a_header_but_not_two_different_ones()
    {
        var person = await fixture.PersonAsync(100);
        var body = new { amount = 5, appId = "chat", description = "x" };
        (await person.PostAsync("credits/use", body, key: "h")).Ok();
        (await person.PostAsync("credits/use", body, key: "h")).Ok();
        Assert.Equal(95_000, (await fixture.BalanceAsync(person)).Available.Milli);
        (await person.PostAsync("credits/use", new { amount = 5, appId = "chat", description = "x", idempotencyKey = "other" }, key: "h")).Refused(400);
    }

    [Fact]
    public async Task Scenario_17_the_same_key_for_something_else_is_409()
    {
        var person = await fixture.PersonAsync(100);
        (await person.UseAsync(5, key: "k")).Ok();
        (await person.UseAsync(6, key: "k")).Refused(409, "idempotency_mismatch");
        (await person.UseAsync(5, key: "k", description: "something else")).Refused(409, "idempotency_mismatch");
        Assert.Equal(95_000, (await fixture.BalanceAsync(person)).Available.Milli);
    }

    [Fact]
    public async Task Scenario_18_somebody_else_may_use_the_same_key_and_pays_for_it()
    {
        var (first, second) = (await fixture.PersonAsync(100), await fixture.PersonAsync(100));
        var one = (await first.UseAsync(5, key: "shared")).Ok();
        var other = (await second.UseAsync(5, key: "shared")).Ok();
        Assert.NotEqual(one.String("transaction", "id"), other.String("transaction", "id"));
        Assert.Equal(second.UserId, other.String("transaction", "userId"));
        Assert.Equal(95_000, (await fixture.BalanceAsync(second)).Available.Milli);
    }

    [Fact]
    public async Task A_key_that_was_refused_for_want_of_credits_works_after_a_top_up()
    {
        var person = await fixture.PersonAsync(1);
        (await person.UseAsync(5, key: "k")).Refused(402);
        await fixture.FundAsync(person.UserId, 10);
        Assert.Equal(6, (await person.UseAsync(5, key: "k")).Ok().Number("newBalance", "balance"));
    }

    [Fact]
    public async Task Scenario_22_a_refund_earns()
    {
        var person = await fixture.PersonAsync(100);
        var before = await fixture.BalanceAsync(person);
        var answer = (await fixture.Service().PostAsync("internal/credits/refund", new { userId = person.UserId, amount = 5, description = "sorry" })).Ok();
        Assert.Equal(("refund", 5m, "system", 105m), (answer.String("transaction", "type"), answer.Number("transaction", "amount"), answer.String("transaction", "appId"), answer.Number("newBalance", "balance")));
        Assert.Equal(before.TotalEarned.Milli + 5_000, (await fixture.BalanceAsync(person)).TotalEarned.Milli);
    }

    [Fact]
    public async Task Scenario_22_a_refund_makes_the_account_that_is_missing() =>
        Assert.Equal(5, (await fixture.Service().PostAsync("internal/credits/refund", new { userId = fixture.NewId(), amount = 5, description = "sorry" })).Ok().Number("newBalance", "balance"));

    [Fact]
    public async Task Scenario_23_refunds_never_exceed_what_the_original_took()
    {
        var (person, stranger) = (await fixture.PersonAsync(100), await fixture.PersonAsync(100));
        var original = (await person.UseAsync(10)).Ok().String("transaction", "id");
        Task<Answer> RefundAsync(Caller who, decimal amount, string? key = null) => fixture.Service().PostAsync(
            "internal/credits/refund", new { userId = who.UserId, amount, description = "sorry", originalTransactionId = original, idempotencyKey = key });
        (await RefundAsync(person, 6, "a")).Ok();
        (await RefundAsync(person, 6, "a")).Ok();
        (await RefundAsync(person, 5)).Refused(400);
        (await RefundAsync(stranger, 1)).Refused(400);
        (await RefundAsync(person, 4)).Ok();
        (await RefundAsync(person, 0.001m)).Refused(400);
        Assert.Equal(100_000, (await fixture.BalanceAsync(person)).Available.Milli);
    }

    [Fact]
    public async Task Scenario_23_parallel_refunds_of_one_original_give_it_back_once()
    {
        var person = await fixture.PersonAsync(100);
        var original = (await person.UseAsync(10)).Ok().String("transaction", "id");
        var answers = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => fixture.Service().PostAsync(
            "internal/credits/refund", new { userId = person.UserId, amount = 10, description = "sorry", originalTransactionId = original })));
        Assert.Single(answers, answer => (int)answer.Status == 200);
        Assert.Equal(100_000, (await fixture.BalanceAsync(person)).Available.Milli);
    }

    [Fact]
    public async Task Scenario_24_pages_are_stable_and_newest_first()
    {
        var person = await fixture.PersonAsync(100);
        for (var i = 1; i < 60; i++)
            await fixture.Ledger.DebitAsync(new(person.UserId, new(1), "chat", $"line {i}"), default);
        var second = (await person.GetAsync("credits/transactions?limit=50&offset=50")).Ok().Body;
        Assert.Equal(10, second.GetArrayLength());
        Assert.Equal("line 9", second[0].GetProperty("description").GetString());
        Assert.Equal("bought", second[9].GetProperty("description").GetString());
    }

    [Fact]
    public async Task Scenario_25_people_and_services_get_the_same_shape()
    {
        var person = await fixture.PersonAsync(100);
        var own = (await person.UseAsync(5)).Ok();
        var service = (await fixture.Service().PostAsync("internal/credits/use", new { userId = person.UserId, amount = 5, appId = "chat", description = "a test" })).Ok();
        static IEnumerable<string> Names(System.Text.Json.JsonElement element) => element.EnumerateObject().Select(member => member.Name);
        Assert.Equal(Names(own.Body), Names(service.Body));
        Assert.Equal(Names(own["transaction"]), Names(service["transaction"]));
        Assert.Equal(
            ["id", "userId", "type", "status", "amount", "balanceBefore", "balanceAfter", "appId", "description", "metadata", "idempotencyKey", "createdAt", "completedAt"], Names(own["transaction"]));
        Assert.Matches(@"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$", own.String("transaction", "createdAt"));
    }

    [Fact]
    public async Task A_service_may_not_take_more_than_its_ceiling_without_naming_an_operation()
    {
        var person = await fixture.PersonAsync(5000);
        (await fixture.Service().PostAsync("internal/credits/use", new { userId = person.UserId, amount = 2000.001, appId = "chat", description = "x" })).Refused(400);
        (await fixture.Service().PostAsync("internal/credits/use", new { userId = person.UserId, amount = 2000, appId = "chat", description = "x" })).Ok();
        Assert.Equal(1, (await fixture.Service().GetAsync($"internal/credits/balance/{person.UserId}")).Ok().Number("transactionsCount") - 1);
    }
}
