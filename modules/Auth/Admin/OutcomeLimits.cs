using Mana.Auth.ApiKeys;
using Mana.Auth.Mails;
using Mana.Auth.Oidc.Clients;
using Mana.Auth.Passwords;
using Mana.Auth.Sessions;
using Mana.Kernel.RateLimits;
using Mana.Notifications.Contracts;
using Microsoft.Extensions.DependencyInjection;

namespace Mana.Auth.Admin;

/// <summary>The limits of this module that are no policies of routes, for the page of all limits.</summary>
internal static class OutcomeLimits
{
    static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);
    static readonly TimeSpan Hour = TimeSpan.FromHours(1);
    static readonly TimeSpan Day = TimeSpan.FromDays(1);

    public static void AddOutcomeLimits(this IServiceCollection services)
    {
        services.AddManaOutcomeLimit(new(GuessLimit.Name, $"wrong passwords and codes per account and place; {GuessLimit.MostByStrangers} by all strangers together", GuessLimit.MostPerSource, GuessLimit.Window, IsAlwaysOn: true));
        services.AddManaOutcomeLimit(new(GuessingLimit.Name, "wrong API keys per address", GuessingLimit.PerMinute, Minute));
        services.AddManaOutcomeLimit(new(ClientFailures.Name, "failed authentications per OIDC client and address", ClientFailures.PerMinute, Minute));
        services.AddManaOutcomeLimit(new(RefreshBudget.Name, "new tokens per session", RefreshBudget.PerMinute, Minute));
        services.AddManaOutcomeLimit(new(ProofBudget.Name, "proofs of possession per session", ProofBudget.PerMinute, Minute));
        foreach (var (kind, most, window) in ((string, int, TimeSpan)[])
                 [
                     (MailTemplates.ResetPassword, 3, Hour), (MailTemplates.VerifyAddress, 3, Hour), (MailTemplates.MagicLink, 3, Hour), (MailTemplates.AlreadyRegistered, 1, Hour),
                     (MailTemplates.AccountLocked, 1, Day), ("invitation", 20, Day), ("invitations-sent", 200, Day),
                 ])
            services.AddManaOutcomeLimit(new(MailBudget.NameOf(kind), "mails of this kind per address", most, window, IsAlwaysOn: true));
    }
}
