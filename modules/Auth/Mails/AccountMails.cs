using System.Globalization;
using System.Text.Json;
using Mana.Auth.Accounts;
using Mana.Auth.Data;
using Mana.Auth.Keys;
using Mana.Kernel.Ids;
using Mana.Kernel.Outbox;
using Mana.Notifications.Contracts;

namespace Mana.Auth.Mails;

/// <summary>Owes somebody a mail, in the caller's transaction (auth.md 23).</summary>
internal sealed class AccountMails(AuthDbContext database, EventWriter events, SecretBox secrets, IIdSource ids)
{
    public const string Purpose = "mails";

    /// <summary>To the address of the account.</summary>
    public void Add(User user, string template, string locale, DateTimeOffset? expiresAt, params IEnumerable<(string Name, string Value)> values) =>
        AddTo(user.Email!, user, template, locale, expiresAt, values);

    /// <summary>To another address of its owner. Every template but one is given the name.</summary>
    public void AddTo(
        string recipient, User user, string template, string locale, DateTimeOffset? expiresAt, params IEnumerable<(string Name, string Value)> values) =>
        AddNameless(recipient, user.Id, template, locale, expiresAt, values.Append(("name", NameOf(user))));

    /// <summary>Of a template that calls nobody by name, perhaps to an address without an account.</summary>
    public void AddNameless(
        string recipient, string? userId, string template, string locale, DateTimeOffset? expiresAt, params IEnumerable<(string Name, string Value)> values)
    {
        var (id, all) = (ids.NewId(), values.ToDictionary(value => value.Name, value => value.Value));
        var content = JsonSerializer.SerializeToUtf8Bytes(new MailContent(template, recipient, locale, userId, all, expiresAt), JsonSerializerOptions.Web);
        events.Add(database, new MailRequested(id, secrets.Seal(Purpose, id, content)));
    }

    /// <summary>The last mail, in the transaction that removes the account. It names no account, so an erasure does not take it along.</summary>
    public void AddFarewell(User user, string locale) => AddNameless(user.Email!, null, MailTemplates.AccountDeleted, locale, null, ("name", NameOf(user)));

    static string NameOf(User user) => string.IsNullOrWhiteSpace(user.Name) ? EmailAddress.LocalPart(user.Email!) : user.Name;

    public static string Instant(DateTimeOffset at) => at.ToString("O", CultureInfo.InvariantCulture);
}
