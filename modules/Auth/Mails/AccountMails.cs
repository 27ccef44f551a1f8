using System.Globalization;
using System.Text.Json;
using Mana.Auth.Accounts;
using Mana.Auth.Data;
using Mana.Auth.Keys;
using Mana.Kernel.Ids;
using Mana.Kernel.Outbox;

namespace Mana.Auth.Mails;

/// <summary>Owes somebody a mail, in the caller's transaction (auth.md 23).</summary>
internal sealed class AccountMails(AuthDbContext database, EventWriter events, SecretBox secrets, IIdSource ids)
{
    public const string Purpose = "mails";

    /// <summary>To the address of the account.</summary>
    public void Add(User user, string template, string locale, DateTimeOffset? expiresAt, params IEnumerable<(string Name, string Value)> values) =>
        AddTo(user.Email!, user, template, locale, expiresAt, values);

    /// <summary>To another address of its owner. Every template is given the name.</summary>
    public void AddTo(
        string recipient, User user, string template, string locale, DateTimeOffset? expiresAt, params IEnumerable<(string Name, string Value)> values)
    {
        var name = string.IsNullOrWhiteSpace(user.Name) ? EmailAddress.LocalPart(user.Email!) : user.Name;
        Owe(recipient, user.Id, template, locale, expiresAt, values.Append(("name", name)));
    }

    /// <summary>To somebody who may have no account.</summary>
    public void AddToAnybody(
        string recipient, string? userId, string template, string locale, DateTimeOffset? expiresAt, params IEnumerable<(string Name, string Value)> values) =>
        Owe(recipient, userId, template, locale, expiresAt, values);

    void Owe(string recipient, string? userId, string template, string locale, DateTimeOffset? expiresAt, IEnumerable<(string Name, string Value)> values)
    {
        var all = values.ToDictionary(value => value.Name, value => value.Value);
        var id = ids.NewId();
        var content = JsonSerializer.SerializeToUtf8Bytes(new MailContent(template, recipient, locale, userId, all, expiresAt), JsonSerializerOptions.Web);
        events.Add(database, new MailRequested(id, secrets.Seal(Purpose, id, content)));
    }

    public static string Instant(DateTimeOffset at) => at.ToString("O", CultureInfo.InvariantCulture);
}
