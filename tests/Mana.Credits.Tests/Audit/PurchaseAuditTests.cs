using Mana.Credits.Audit;
using Mana.Credits.Tests.Purchases;
using Microsoft.Extensions.DependencyInjection;

namespace Mana.Credits.Tests.Audit;

/// <summary>I10 of commerce.md 16.2: what was paid and what was credited tell the same story. Each test breaks a database of its own.</summary>
public sealed class PurchaseAuditTests : IAsyncLifetime
{
    readonly ShopFixture _shop = new();

    public ValueTask InitializeAsync() => _shop.InitializeAsync();

    public ValueTask DisposeAsync() => _shop.DisposeAsync();

    [Theory]
    [InlineData("UPDATE credits.purchases SET credits = credits + 1", "is paid and not credited as it should be")]
    [InlineData("UPDATE credits.purchases SET stripe_payment_intent_id = 'pi_other'", "is paid and not credited as it should be")]
    [InlineData("UPDATE credits.purchases SET status = 'pending', completed_at = NULL", "credits a purchase that is not paid")]
    [InlineData("UPDATE credits.purchase_reversals SET credits = credits - 1", "is not in the ledger as it should be")]
    public async Task A_purchase_that_the_ledger_does_not_know_so_is_told(string tamper, string finding)
    {
        var person = await _shop.PersonAsync();
        var (_, intent) = await _shop.BoughtAsync(person);
        _shop.Refund(intent, 100);
        await _shop.TellAsync("charge.refunded", intent);
        await _shop.IsSoundAsync();
        await _shop.ScalarAsync<object>(tamper);
        var problems = await _shop.Host.Services.GetRequiredService<LedgerAuditor>().RunAsync(full: true, default);
        Assert.Contains(problems, problem => problem.Contains(finding, StringComparison.Ordinal));
        // Nobody pays for it with a held account: whoever looks decides.
        (await person.UseAsync(1)).Ok();
    }
}
