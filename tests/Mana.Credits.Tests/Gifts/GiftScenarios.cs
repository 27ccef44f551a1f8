using Mana.Credits.Gifts;
using Mana.Credits.Contracts;
using Mana.Testing;
using Microsoft.Extensions.DependencyInjection;

namespace Mana.Credits.Tests.Gifts;

/// <summary>commerce.md 17, scenarios 65–77.</summary>
public sealed class GiftScenarios(ClockedFixture fixture) : IClassFixture<ClockedFixture>
{
    static async Task<Answer> MadeAsync(Caller creator, object? body = null, int status = 201) => (await creator.PostAsync("gifts", body ?? new { totalCredits = 50 })).Ok(status);

    static Task<Answer> RedeemAsync(Caller person, string code) => person.PostAsync($"gifts/{code}/redeem");

    [Fact]
    public async Task Scenario_65_creating_takes_the_credits_away()
    {
        var creator = await fixture.MemberAsync(100);
        var gift = await MadeAsync(creator);
        var code = gift.String("code")!;
        Assert.Equal(GiftCodeText.Length, code.Length);
        Assert.All(code, letter => Assert.Contains(letter, GiftCodeText.Alphabet));
        Assert.Equal(fixture.Clock.GetUtcNow().AddDays(90), gift["expiresAt"].GetDateTimeOffset());
        Assert.EndsWith("/g/" + code, gift.String("shortUrl"), StringComparison.Ordinal);
        Assert.Equal(("active", "simple", 50m, 0m, "Ada"), (gift.String("status"), gift.String("type"), gift.Number("totalCredits"), gift.Number("redeemed"), gift.String("creatorName")));
        var balance = await fixture.BalanceAsync(creator);
        Assert.Equal((50_000, 50_000), (balance.Available.Milli, balance.TotalSpent.Milli));
        Assert.Equal(50_000, await fixture.ScalarAsync<long>("SELECT balance FROM credits.accounts WHERE kind = 'gift_escrow' AND owner_id = $1", gift.String("id")!));
        var line = (await creator.GetAsync("credits/transactions?limit=1")).Body[0];
        Assert.Equal(("gift", -50m, gift.String("reservationTransactionId")), (line.GetProperty("type").GetString(), line.GetProperty("amount").GetDecimal(), line.GetProperty("id").GetString()));
    }

    [Fact]
    public async Task Scenario_66_what_cannot_be_given_is_not()
    {
        var creator = await fixture.MemberAsync(10);
        (await creator.PostAsync("gifts", new { totalCredits = 50 })).Refused(400, message: "Insufficient credits to create gift");
        foreach (var credits in (object[])[0, 10_001, 1.5, -1, "5"])
            (await creator.PostAsync("gifts", new { totalCredits = credits })).Refused(400, "validation_failed");
        (await creator.PostAsync("gifts", new { totalCredits = 1, message = new string('m', 501) })).Refused(400);
        Assert.Equal(1, await fixture.LinesAsync(creator));
    }

    [Fact]
    public async Task Scenario_67_a_personalized_gift_needs_an_address()
    {
        var creator = await fixture.MemberAsync(100);
        (await creator.PostAsync("gifts", new { totalCredits = 1, type = "personalized" })).Refused(400);
        (await creator.PostAsync("gifts", new { totalCredits = 1, type = "personalized", targetEmail = "no address" })).Refused(400);
    }

    [Fact]
    public async Task Scenario_68_the_older_clients_may_speak_as_they_do()
    {
        var creator = await fixture.MemberAsync(100);
        var until = fixture.Clock.GetUtcNow().AddDays(3);
        var gift = await MadeAsync(creator, new { credits = 50, expiresAt = until, sourceAppId = "mana" });
        Assert.Equal(gift.String("shortUrl"), gift.String("url"));
        Assert.Equal(until, gift["expiresAt"].GetDateTimeOffset());
        (await creator.PostAsync("gifts", new { credits = 1, expiresAt = fixture.Clock.GetUtcNow().AddDays(-1) })).Refused(400);
    }

    [Fact]
    public async Task Scenario_69_anybody_may_look_and_sees_no_address()
    {
        var creator = await fixture.MemberAsync(100, name: "ada@example.test");
        var code = (await MadeAsync(creator, new { totalCredits = 5, type = "personalized", targetEmail = "Friend@Example.test", message = "hi" })).String("code")!;
        var info = (await fixture.Anybody().GetAsync($"gifts/{code.ToLowerInvariant()[..4]}-{code.ToLowerInvariant()[4..]}")).Ok();
        Assert.DoesNotContain("@", info.Text, StringComparison.Ordinal);
        Assert.Equal((code, true, false, "hi", System.Text.Json.JsonValueKind.Null),
            (info.String("code"), info["isPersonalized"].GetBoolean(), info["hasRiddle"].GetBoolean(), info.String("message"), info["creatorName"].ValueKind));
        (await fixture.Anybody().GetAsync("gifts/NOSUCH")).Refused(404, message: "Gift code not found");
    }

    [Fact]
    public async Task Scenario_69_guessing_codes_has_a_limit()
    {
        await using var host = await new TestHost(fixture.Database).With("RateLimits:Enabled", "true").StartAsync();
        var http = host.CreateClient();
        for (var i = 0; i < 20; i++)
            Assert.Equal(404, (int)(await http.GetAsync("/api/v1/gifts/NOSUCH")).StatusCode);
        Assert.Equal(429, (int)(await http.GetAsync("/api/v1/gifts/NOSUCH")).StatusCode);
    }

    [Fact]
    public async Task Scenario_70_redeeming_gives_everything_to_one()
    {
        var (creator, person) = (await fixture.MemberAsync(100), await fixture.MemberAsync());
        var gift = await MadeAsync(creator, new { totalCredits = 50, message = "for you" });
        var answer = (await RedeemAsync(person, gift.String("code")!)).Ok();
        Assert.Equal((50m, 50m, 50m, "for you", "Ada"), (answer.Number("creditsReceived"), answer.Number("credits"), answer.Number("newBalance"), answer.String("message"), answer.String("creatorName")));
        Assert.Equal((50_000, 50_000), ((await fixture.BalanceAsync(person)).Available.Milli, (await fixture.BalanceAsync(person)).TotalEarned.Milli));
        var received = (await person.GetAsync("gifts/me/received")).Ok().Body[0];
        var line = (await person.GetAsync("credits/transactions")).Body[0];
        Assert.Equal(("success", line.GetProperty("id").GetString(), gift.String("code")),
            (received.GetProperty("status").GetString(), received.GetProperty("creditTransactionId").GetString(), received.GetProperty("code").GetString()));
        Assert.Equal("depleted", (await creator.GetAsync("gifts/me/created")).Body[0].GetProperty("status").GetString());
    }

    [Fact]
    public async Task Scenario_71_thirty_people_at_once_and_one_gets_it()
    {
        var code = (await MadeAsync(await fixture.MemberAsync(100))).String("code")!;
        var people = await Task.WhenAll(Enumerable.Range(0, 30).Select(_ => fixture.PersonAsync()));
        var answers = await Task.WhenAll(people.Select(person => RedeemAsync(person, code)));
        Assert.Single(answers, answer => (int)answer.Status == 200);
        Assert.All(answers.Where(answer => (int)answer.Status != 200), answer => answer.Refused(400, message: "Gift code is depleted"));
        Assert.Equal(50_000, (await Task.WhenAll(people.Select(fixture.BalanceAsync))).Sum(balance => balance.Available.Milli));
        await fixture.IsSoundAsync();
    }

    [Fact]
    public async Task Scenario_72_own_and_other_peoples_gifts_are_not_redeemed()
    {
        var creator = await fixture.MemberAsync(100);
        (await RedeemAsync(creator, (await MadeAsync(creator)).String("code")!)).Refused(400);

        var target = $"friend-{Guid.NewGuid():N}@example.test";
        var gift = await MadeAsync(creator, new { totalCredits = 10, type = "personalized", targetEmail = target });
        var code = gift.String("code")!;
        (await RedeemAsync(await fixture.MemberAsync(), code)).Refused(403, "forbidden");
        (await RedeemAsync(await fixture.PersonAsync(), code)).Refused(403, "forbidden");
        (await RedeemAsync(await fixture.MemberAsync(email: target, verified: false), code)).Refused(403, "forbidden");
        Assert.Equal(3, await fixture.ScalarAsync<long>("SELECT count(*) FROM credits.gift_redemptions WHERE gift_id = $1 AND status = 'failed_wrong_user'", Guid.Parse(gift.String("id")!)));
        (await RedeemAsync(await fixture.MemberAsync(email: target.ToUpperInvariant()), code)).Ok();
    }

    [Fact]
    public async Task Scenario_73_what_expires_goes_back_once()
    {
        var creator = await fixture.MemberAsync(100);
        var code = (await MadeAsync(creator, new { totalCredits = 50, expirationDays = 1 })).String("code")!;
        fixture.Clock.Advance(TimeSpan.FromDays(2));
        creator = new Caller((await fixture.PersonAsync(userId: creator.UserId)).Http, creator.UserId);
        (await RedeemAsync(await fixture.MemberAsync(), code)).Refused(400, message: "Gift code expired");
        GiftExpiry Job() => fixture.Host.Services.CreateScope().ServiceProvider.GetRequiredService<GiftExpiry>();
        await Task.WhenAll(Job().RunAsync(default), Job().RunAsync(default));
        await Job().RunAsync(default);
        Assert.Equal("expired", (await fixture.Anybody().GetAsync("gifts/" + code)).String("status"));
        var balance = await fixture.BalanceAsync(creator);
        Assert.Equal((100_000, 150_000), (balance.Available.Milli, balance.TotalEarned.Milli));
        Assert.Equal("refund", (await creator.GetAsync("credits/transactions?limit=1")).Body[0].GetProperty("type").GetString());
        await fixture.IsSoundAsync();
    }

    [Fact]
    public async Task Chapter_12_the_maker_is_told_once_that_a_gift_expired_and_not_that_they_took_one_back()
    {
        var creator = await fixture.MemberAsync(100);
        var code = (await MadeAsync(creator, new { totalCredits = 7, expirationDays = 1 })).String("code")!;
        (await creator.DeleteAsync("gifts/" + (await MadeAsync(creator, new { totalCredits = 5, expirationDays = 1 })).String("id"))).Ok();
        fixture.Clock.Advance(TimeSpan.FromDays(2));
        for (var run = 0; run < 2; run++)
        {
            using var scope = fixture.Host.Services.CreateScope();
            await scope.ServiceProvider.GetRequiredService<GiftExpiry>().RunAsync(default);
            await fixture.DrainAsync();
        }

        const string Mails = "FROM notify.deliveries WHERE template = 'gift-expired' AND user_id = $1";
        Assert.Equal(1, await fixture.ScalarAsync<long>("SELECT count(*) " + Mails, creator.UserId));
        Assert.True(await fixture.ScalarAsync<bool>("SELECT strpos(d::text, $2) = 0 FROM notify.deliveries d WHERE template = 'gift-expired' AND user_id = $1", creator.UserId, code));
        await fixture.IsSoundAsync();
    }

    [Fact]
    public async Task Scenario_74_the_creator_may_take_it_back()
    {
        var (creator, stranger) = (await fixture.MemberAsync(100), await fixture.MemberAsync());
        var id = (await MadeAsync(creator)).String("id")!;
        (await stranger.DeleteAsync("gifts/" + id)).Refused(404, message: "Gift not found");
        (await stranger.DeleteAsync("gifts/abc")).Refused(404);
        Assert.Equal("""{"success":true,"refundedCredits":50}""", (await creator.DeleteAsync("gifts/" + id)).Ok().Text);
        (await creator.DeleteAsync("gifts/" + id)).Refused(400, message: "Only active gifts can be cancelled");
        var balance = await fixture.BalanceAsync(creator);
        Assert.Equal((100_000, 150_000, 50_000), (balance.Available.Milli, balance.TotalEarned.Milli, balance.TotalSpent.Milli));
        Assert.Equal("refunded", (await creator.GetAsync("gifts/me/created")).Body[0].GetProperty("status").GetString());
    }

    [Fact]
    public async Task Scenario_75_of_a_cancel_and_a_redemption_at_once_one_wins()
    {
        var creator = await fixture.MemberAsync(1000);
        for (var i = 0; i < 10; i++)
        {
            var gift = await MadeAsync(creator);
            var person = await fixture.PersonAsync();
            var (cancelled, redeemed) = (creator.DeleteAsync("gifts/" + gift.String("id")), RedeemAsync(person, gift.String("code")!));
            Assert.Single((int[])[(int)(await cancelled).Status, (int)(await redeemed).Status], status => status == 200);
        }

        await fixture.IsSoundAsync();
    }

    [Fact]
    public async Task Scenario_76_promised_gifts_wait_for_the_proof_of_the_address()
    {
        var creator = await fixture.MemberAsync(100);
        var target = $"new-{Guid.NewGuid():N}@example.test";
        foreach (var days in (int[])[1, 30])
            await MadeAsync(creator, new { totalCredits = 10, type = "personalized", targetEmail = target.ToUpperInvariant(), expirationDays = days });
        var person = await fixture.MemberAsync(email: target, verified: false);
        Task<Answer> PendingAsync() => fixture.Service().PostAsync("internal/gifts/redeem-pending", new { userId = person.UserId, email = target });
        Assert.Equal("""{"redeemed":0,"found":0,"totalCredits":0}""", (await PendingAsync()).Ok().Text);

        await fixture.ScalarAsync<object>("UPDATE auth.users SET email_verified = true WHERE id = $1", person.UserId);
        fixture.Clock.Advance(TimeSpan.FromDays(2));
        Assert.Equal("""{"redeemed":1,"found":2,"totalCredits":10}""", (await PendingAsync()).Ok().Text);
        Assert.Equal(0, (await PendingAsync()).Ok().Number("redeemed"));
        Assert.Equal(10_000, (await fixture.BalanceAsync(person)).Available.Milli);
    }

    [Fact]
    public async Task Scenario_76_the_proof_itself_brings_them()
    {
        var creator = await fixture.MemberAsync(100);
        var target = $"proof-{Guid.NewGuid():N}@example.test";
        await MadeAsync(creator, new { totalCredits = 10, type = "personalized", targetEmail = target });
        var person = await fixture.MemberAsync(email: target);
        var handler = fixture.Host.Services.CreateScope().ServiceProvider.GetRequiredService<PromisedGifts>();
        await handler.HandleAsync(new(person.UserId, default), new(Guid.NewGuid(), default, 1), default);
        await handler.HandleAsync(new(person.UserId, default), new(Guid.NewGuid(), default, 2), default);
        Assert.Equal(10_000, (await fixture.BalanceAsync(person)).Available.Milli);
    }

    [Fact]
    public async Task Scenario_77_an_empty_body_is_enough_to_redeem() =>
        (await RedeemAsync(await fixture.MemberAsync(), (await MadeAsync(await fixture.MemberAsync(100))).String("code")!)).Ok();

    [Fact]
    public async Task Who_redeemed_and_asks_again_is_told_the_same_and_gets_nothing_more()
    {
        var (person, code) = (await fixture.MemberAsync(), (await MadeAsync(await fixture.MemberAsync(100), new { totalCredits = 10 })).String("code")!);
        var (first, again) = ((await RedeemAsync(person, code)).Ok(), (await RedeemAsync(person, code)).Ok());
        Assert.Equal(first.Text, again.Text);
        Assert.Equal(10_000, (await fixture.BalanceAsync(person)).Available.Milli);
        (await RedeemAsync(await fixture.MemberAsync(), code)).Refused(400, message: "Gift code is depleted");
    }

    [Fact]
    public async Task A_gift_that_was_asked_for_twice_with_one_key_is_one_gift()
    {
        var creator = await fixture.MemberAsync(100);
        var answers = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => creator.PostAsync("gifts", new { totalCredits = 10 }, key: "gift")));
        Assert.Single(answers.Select(answer => answer.Ok(201).String("code")).Distinct());
        Assert.Equal(90_000, (await fixture.BalanceAsync(creator)).Available.Milli);
    }

    [Fact]
    public void Codes_are_read_as_people_type_them()
    {
        Assert.Equal("ABCD2345", GiftCodeText.Normalize("abcd-2345"));
        Assert.Equal("ABC234", GiftCodeText.Normalize(" abc 234 "));
        Assert.Null(GiftCodeText.Normalize("ABC"));
        Assert.Null(GiftCodeText.Normalize("ABCD234%"));
        Assert.Equal(CreditAmount.PerCredit, CreditAmount.OfCredits(1).Milli);
    }
}
