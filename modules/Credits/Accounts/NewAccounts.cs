using Mana.Auth.Contracts;
using Mana.Credits.Contracts;
using Mana.Credits.Ledger;
using Mana.Kernel.Outbox;
using Microsoft.Extensions.Logging;

namespace Mana.Credits.Accounts;

/// <summary>A new person, unless erased since, gets accounts at zero, and welcome credits where the operator gives some. The key makes a second delivery harmless.</summary>
internal sealed class NewAccounts(CreditsLedger ledger, CreditsOptions options, ILogger<NewAccounts> log) : IManaEventHandler<UserRegistered>
{
    public async Task HandleAsync(UserRegistered happened, EventContext context, CancellationToken cancellationToken)
    {
        if (!await ledger.OpenAsync(happened.UserId, cancellationToken))
            return;
        if (options.WelcomeCredits == 0)
            return;
        var given = await ledger.GrantAsync(
            new GrantCommand(happened.UserId, CreditAmount.OfCredits(options.WelcomeCredits), "welcome", "welcome", "Welcome"), cancellationToken);
        if (given is PostingResult.Contention)
            throw new InvalidOperationException("The account was busy; the event comes again.");
        if (given is PostingResult.BudgetExhausted)
            log.LogWarning("A new account got no welcome credits: this month's budget is used up");
    }
}
