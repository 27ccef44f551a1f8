using System.Globalization;
using Mana.Auth.Contracts;
using Mana.Auth.Data;
using Mana.Kernel.Outbox;
using Mana.Notifications.Contracts;
using Microsoft.EntityFrameworkCore;

namespace Mana.Auth.Vault;

/// <summary>Tells the owner of a vault that only their recovery code opens it now (auth.md 23).</summary>
internal sealed class ZeroKnowledgeMail(AuthDbContext database, AuthOptions options, IMailer mailer) : IManaEventHandler<ZeroKnowledgeEnabled>
{
    /// <summary>Accounts have no language yet; this is the one that most of them speak.</summary>
    const string Locale = "de";

    public async Task HandleAsync(ZeroKnowledgeEnabled happened, EventContext context, CancellationToken cancellationToken)
    {
        var user = await database.Users.AsNoTracking().SingleOrDefaultAsync(row => row.Id == happened.UserId && row.DeletedAt == null, cancellationToken);
        if (user is null)
            return;
        await mailer.EnqueueAsync(
            new Mail($"event:{context.EventId:N}", MailTemplates.ZeroKnowledgeEnabled, user.Email!, Locale, user.Id, new Dictionary<string, string>(StringComparer.Ordinal)
            {
                ["name"] = user.Name.Length > 0 ? user.Name : user.Email!,
                ["changedAt"] = happened.EnabledAt.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture),
                ["securityLink"] = options.BaseUrl + "/settings/security",
            }),
            cancellationToken);
    }
}
