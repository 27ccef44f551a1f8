using Mana.Credits.Contracts;
using Mana.Credits.Tests.Purchases;
using Mana.Payments.Contracts;
using Microsoft.Extensions.DependencyInjection;

namespace Mana.Credits.Tests.Import;

/// <summary>commerce.md 16.4 and 7.3: purchases, history and Stripe's customers of an original database.</summary>
public sealed class FormerHistoryTests(ShopFixture shop) : IClassFixture<ShopFixture>
{
    const string Rows = """
        INSERT INTO credits.balances VALUES ('h-ada', 300, 400, 100), ('h-bob', 10, 10, 0);
        INSERT INTO credits.packages (id, name, credits, price_euro_cents) VALUES
          ('00000000-0000-0000-0000-0000000000a1', 'Kleiner Mana Trank', 350, 490), ('00000000-0000-0000-0000-0000000000a2', 'Sommeraktion', 50, 70);
        INSERT INTO credits.purchases VALUES
          ('00000000-0000-0000-0000-0000000000b1', 'h-ada', '00000000-0000-0000-0000-0000000000a1', 350, 490, 'pi_former_1', 'cus_ada_old', 'completed', '{"roomId":"r"}', '2026-01-02T10:00Z', '2026-01-02T10:05Z'),
          ('00000000-0000-0000-0000-0000000000b2', 'h-ada', '00000000-0000-0000-0000-0000000000a2', 50, 70, 'pi_former_2', 'cus_ada_old', 'pending', NULL, '2026-01-15T09:00Z', NULL),
          ('00000000-0000-0000-0000-0000000000b3', 'h-ada', '00000000-0000-0000-0000-0000000000a1', 350, 490, NULL, NULL, 'pending', NULL, '2025-12-01T10:00Z', NULL),
          ('00000000-0000-0000-0000-0000000000b4', 'h-cleo', NULL, 700, 980, 'pi_former_4', NULL, 'failed', NULL, '2025-12-01T10:00Z', NULL);
        INSERT INTO credits.transactions (user_id, type, status, amount, balance_before, balance_after, app_id, description, metadata, created_at, completed_at)
        SELECT 'h-ada', CASE WHEN n = 1 THEN 'guild_funding' ELSE 'usage' END::public.transaction_type, 'completed', -1, 400 - n + 1, 400 - n, 'chat', 'talk ' || n, '{"n":1}', timestamptz '2026-01-01T00:00Z' + n * interval '1 minute', now()
        FROM generate_series(1, 60) n;
        INSERT INTO credits.transactions (user_id, type, status, amount, balance_before, balance_after, app_id, description) VALUES ('h-cleo', 'grant', 'pending', 5, 0, 5, 'community', 'never');
        INSERT INTO credits.stripe_customers (user_id, stripe_customer_id, created_at) VALUES ('h-ada', 'cus_ada_old', '2025-01-01'), ('h-bob', 'cus_bob_old', '2025-01-01');
        INSERT INTO subscriptions.stripe_customers (user_id, stripe_customer_id, created_at) VALUES ('h-ada', 'cus_ada_live', '2025-06-01'), ('h-bob', 'cus_bob_new', '2025-06-01');
        INSERT INTO subscriptions.subscriptions (user_id, stripe_customer_id, status) VALUES ('h-ada', 'cus_ada_live', 'past_due'), ('h-bob', 'cus_bob_new', 'canceled');
        """;

    ICommerceImport Import => shop.Host.Services.GetRequiredService<ICommerceImport>();

    async Task<CommerceImportResult.Completed> RunAsync(FormerDatabase former, bool verifyOnly = false) =>
        Assert.IsType<CommerceImportResult.Completed>(await Import.RunAsync(new(former.Address, verifyOnly), default));

    [Fact]
    public async Task What_was_bought_spent_and_who_is_who_at_Stripe_is_here_once()
    {
        await using var former = await FormerDatabase.CreateAsync(Rows);
        var before = await RunAsync(former, verifyOnly: true);
        Assert.Equal((false, new ImportedRows(4, 0), new ImportedRows(61, 0), new ImportedRows(4, 0)), (before.Passed, before.Purchases, before.History, before.Customers));
        for (var run = 0; run < 2; run++)
        {
            var done = await RunAsync(former);
            Assert.True(done.Passed, string.Join('\n', done.Differences));
            Assert.Equal((new ImportedRows(4, 4), new ImportedRows(61, 61), new ImportedRows(4, 4)), (done.Purchases, done.History, done.Customers));
        }

        var ada = await shop.PersonAsync(userId: "h-ada");
        Assert.Equal(300, await shop.CreditsOfAsync(ada));
        var purchases = (await ada.GetAsync("credits/purchases")).Ok().Body.EnumerateArray().ToList();
        Assert.Equal(["pending", "completed", "cancelled"], purchases.Select(purchase => purchase.GetProperty("status").GetString()));
        Assert.Equal("2026-01-02T10:05:00.000Z", purchases[1].GetProperty("completedAt").GetString());
        // The pack that is sold here stays what it is, the former one is kept but not sold.
        Assert.Equal(await shop.SmallPackAsync(), purchases[1].GetProperty("packageId").GetGuid());
        Assert.DoesNotContain((await shop.Anybody().GetAsync("credits/packages")).Ok().Body.EnumerateArray(), pack => pack.GetProperty("name").GetString() == "Sommeraktion");

        // The ledger's one line first, then the former ones, newest first, in pages without gap or repetition.
        var lines = (await ada.GetAsync("credits/transactions?limit=40")).Ok().Body.EnumerateArray().Concat((await ada.GetAsync("credits/transactions?limit=40&offset=40")).Ok().Body.EnumerateArray()).ToList();
        Assert.Equal(61, lines.DistinctBy(line => line.GetProperty("id").GetGuid()).Count());
        Assert.Equal(["adjustment", "usage", "guild_funding"], [lines[0].GetProperty("type").GetString()!, lines[1].GetProperty("type").GetString()!, lines[60].GetProperty("type").GetString()!]);
        Assert.Equal(("talk 60", -1, 341, 340), (lines[1].GetProperty("description").GetString(), lines[1].GetProperty("amount").GetInt32(), lines[1].GetProperty("balanceBefore").GetInt32(), lines[1].GetProperty("balanceAfter").GetInt32()));
        Assert.Empty((await ada.GetAsync("credits/transactions?limit=40&offset=61")).Ok().Body.EnumerateArray());
        Assert.Equal("pending", (await (await shop.PersonAsync(userId: "h-cleo")).GetAsync("credits/transactions")).Ok().Body[0].GetProperty("status").GetString());

        var customers = shop.Host.Services.GetRequiredService<IStripeCustomers>();
        Assert.Equal(("cus_ada_live", "cus_bob_old"), (await customers.FindAsync("h-ada", default), await customers.FindAsync("h-bob", default)));
        Assert.Equal(("h-ada", "h-bob"), (await customers.FindUserAsync("cus_ada_old", default), await customers.FindUserAsync("cus_bob_new", default)));
        await shop.IsSoundAsync();
    }

    [Fact]
    public async Task Money_that_comes_late_is_credited_and_what_was_credited_before_is_not()
    {
        await using var former = await FormerDatabase.CreateAsync(Rows.Replace("h-", "m-", StringComparison.Ordinal).Replace("pi_former", "pi_late", StringComparison.Ordinal).Replace("cus_", "cus_m_", StringComparison.Ordinal)
            .Replace("0000000000b", "0000000000c", StringComparison.Ordinal));
        await RunAsync(former);
        var ada = await shop.PersonAsync(userId: "m-ada");
        foreach (var (intent, cents) in (IEnumerable<(string, int)>)[("pi_late_1", 490), ("pi_late_2", 70)])
        {
            shop.Stripe.Put(new StripePaymentIntent { Id = intent, Status = "succeeded", Amount = cents, AmountReceived = cents, Currency = "eur", CustomerId = "cus_m_ada_old", CreatedAt = shop.Clock.GetUtcNow() });
            for (var i = 0; i < 2; i++)
                await shop.TellAsync("payment_intent.succeeded", intent);
        }

        Assert.Equal(350, await shop.CreditsOfAsync(ada));
        // A refund of what was credited by the original takes its credits here.
        shop.Refund("pi_late_1", 490);
        await shop.TellAsync("charge.refunded", "pi_late_1");
        Assert.Equal(0, await shop.CreditsOfAsync(ada));
        await shop.IsSoundAsync();
    }

    /// <summary>W-30 of the original: a late failure overwrote what was completed and credited.</summary>
    [Fact]
    public async Task What_the_original_credited_before_it_was_called_failed_is_not_credited_again()
    {
        await using var former = await FormerDatabase.CreateAsync("""
            INSERT INTO credits.balances VALUES ('w-ada', 350, 350, 0), ('w-bob', 350, 350, 0);
            INSERT INTO credits.purchases VALUES
              ('00000000-0000-0000-0000-0000000000e1', 'w-ada', NULL, 350, 490, 'pi_w30_1', NULL, 'failed', NULL, '2026-01-14T10:00Z', '2026-01-14T10:05Z'),
              ('00000000-0000-0000-0000-0000000000e2', 'w-bob', NULL, 350, 490, 'pi_w30_2', NULL, 'failed', NULL, '2026-01-14T10:00Z', '2026-01-14T10:05Z');
            """);
        Assert.True((await RunAsync(former)).Passed);
        var (ada, bob) = (await shop.PersonAsync(userId: "w-ada"), await shop.PersonAsync(userId: "w-bob"));
        foreach (var intent in (string[])["pi_w30_1", "pi_w30_2"])
            shop.Stripe.Put(new StripePaymentIntent { Id = intent, Status = "succeeded", Amount = 490, AmountReceived = 490, Currency = "eur", CreatedAt = shop.Clock.GetUtcNow() });
        await shop.TellAsync("payment_intent.succeeded", "pi_w30_1");
        shop.Refund("pi_w30_2", 490);
        await shop.TellAsync("charge.refunded", "pi_w30_2");
        Assert.Equal((350, 0), (await shop.CreditsOfAsync(ada), await shop.CreditsOfAsync(bob)));
        await shop.IsSoundAsync();
    }

    [Fact]
    public async Task What_differs_is_told_and_of_an_erased_person_no_text_is_left()
    {
        await using var former = await FormerDatabase.CreateAsync(Rows.Replace("h-", "e-", StringComparison.Ordinal).Replace("pi_former", "pi_erased", StringComparison.Ordinal).Replace("cus_", "cus_e_", StringComparison.Ordinal)
            .Replace("0000000000b", "0000000000d", StringComparison.Ordinal));
        await former.RunAsync("UPDATE credits.purchases SET credits = 0 WHERE stripe_payment_intent_id = 'pi_erased_4'");
        var done = await RunAsync(former);
        Assert.False(done.Passed);
        Assert.Contains(done.Differences, difference => difference == "purchase 00000000-0000-0000-0000-0000000000d4 of 0 credits is not here");

        (await shop.Service().DeleteAsync("internal/credits/balance/e-ada")).Ok();
        Assert.Equal(0, await shop.ScalarAsync<long>("SELECT count(*) FROM credits.former_transactions f JOIN credits.accounts a ON a.id = f.wallet WHERE a.owner_id = 'e-ada'"));
        Assert.Equal(60, await shop.ScalarAsync<long>("SELECT count(*) FROM credits.former_transactions f JOIN credits.accounts a ON a.id = f.wallet WHERE a.owner_id LIKE 'erased-%' AND f.description = '' AND f.metadata IS NULL"));
    }
}
