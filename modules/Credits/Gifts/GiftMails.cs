using System.Globalization;
using Mana.Auth.Contracts;
using Mana.Credits.Wire;
using Mana.Kernel.Outbox;
using Mana.Notifications.Contracts;

namespace Mana.Credits.Gifts;

/// <summary>Nobody redeemed a gift in time; its credits are back with whoever made it.</summary>
/// <param name="Credits">As people read it.</param>
internal sealed record GiftExpired(string UserId, Guid GiftId, string Credits, DateTimeOffset MadeAt) : IManaEvent
{
    public static string Name => "credits.gift_expired";
}

/// <summary>Tells the maker (commerce.md 12), once for a gift, without its code.</summary>
internal sealed class GiftMails(IMailer mailer, IAccountDirectory accounts, WebPages pages) : IManaEventHandler<GiftExpired>
{
    public async Task HandleAsync(GiftExpired happened, EventContext context, CancellationToken cancellationToken)
    {
        if (await accounts.FindAsync(happened.UserId, cancellationToken) is not { } person)
            return;
        await mailer.EnqueueAsync(new Mail($"{MailTemplates.GiftExpired}:{happened.GiftId}", MailTemplates.GiftExpired, person.Email, "de", happened.UserId, new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["name"] = string.IsNullOrWhiteSpace(person.Name) ? person.Email.Split('@')[0] : person.Name,
            ["credits"] = happened.Credits,
            ["madeAt"] = happened.MadeAt.ToString("O", CultureInfo.InvariantCulture),
            ["creditsLink"] = pages.Credits,
        }), cancellationToken);
    }
}
