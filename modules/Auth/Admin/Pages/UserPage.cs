using Mana.Auth.Data;
using Mana.Auth.Data.Configurations;
using Mana.Auth.Pages;
using Mana.Auth.SecurityEvents;
using Mana.Kernel.Admin;
using Mana.Kernel.Identity;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace Mana.Auth.Admin.Pages;

/// <summary><c>/admin/users/{id}</c>: one account, its sessions and spaces, and what can be done about it.</summary>
internal static class UserPage
{
    public const string Route = UsersPage.Path + "/{id}";

    public static string PathOf(string userId) => $"{UsersPage.Path}/{Uri.EscapeDataString(userId)}";

    public static async Task<IResult> ShowAsync(string id, AdminPage page, UserFiles files, CurrentUser caller, TimeProvider time, CancellationToken cancellationToken)
    {
        page.About(id);
        if (await files.FindAsync(id, cancellationToken) is not { } file)
            return AdminHandlers.UserNotFound;
        var user = file.User;
        var elsewhere = page.Http.RequestServices.GetServices<AdminPersonPage>().Select(other => Markup.Of($"{Controls.Link($"{other.Path}/{Uri.EscapeDataString(id)}", page[other.De, other.En])} · "));
        return page.Show(UsersPage.Path, user.Name.Length == 0 ? user.Email! : user.Name, Markup.Of($"""
            {Notice(page)}
            <p>{elsewhere}{Controls.Link($"{AuditPage.Path}?user={Uri.EscapeDataString(id)}", page["Protokoll", "Audit log"])}</p>
            <div class="two">{AdminParts.Card(page["Konto", "Account"], Account(page, file))}{AdminParts.Card(page["Ändern", "Change"], Actions(page, user, isSelf: caller.UserId == id), page["Jede Änderung steht im Protokoll, auch in dem der Person.", "Every change is logged, also where the person reads it."])}</div>
            {AdminParts.Card(page["Sitzungen", "Sessions"], Sessions(page, file, time.GetUtcNow()))}
            {AdminParts.Card("Spaces", AdminParts.Table(page, ["Space", page["Art", "Type"], page["Rolle", "Role"]], file.Spaces.Select(row => (IReadOnlyList<Markup>)
                [Controls.Link(SpacePage.PathOf(row.Space.Id), row.Space.Name), AdminParts.Text(LowerCaseEnum.Text(row.Space.Type)), AdminParts.Text(row.Role)])))}
            {AdminParts.Card(page["Letzte Ereignisse", "Latest events"], AuditPage.Table(page, file.Events, withPerson: false))}
            """));
    }

    public static async Task<IResult> ChangeAsync(string id, AdminPage page, UserAdministration users, AccountBlocking blocking, SecondFactorRemoval removal, CurrentUser caller, ClientInfo client, CancellationToken cancellationToken)
    {
        page.About(id);
        var form = await page.FormAsync();
        var (wanted, path) = (form["value"].ToString(), PathOf(id));
        switch (form["do"].ToString())
        {
            case "unlock":
                page.Does("user.unlock");
                return Answer(page, path, await users.UnlockAsync(id, client, cancellationToken), "unlocked");
            case "sign-out":
                page.Does("user.revoke-sessions");
                return await users.RevokeSessionsAsync(id, cancellationToken) is null ? page.Failed(path, "gone") : AdminPage.Done(path, "signed-out");
            case "block":
                page.Does("user.block");
                return Answer(page, path, await blocking.BlockAsync(id, caller.UserId, client, cancellationToken), "blocked");
            case "unblock":
                page.Does("user.unblock");
                return Answer(page, path, await blocking.UnblockAsync(id, client, cancellationToken), "unblocked");
            case "no-second-factor":
                page.Does("user.remove-second-factor");
                return Answer(page, path, await removal.RemoveAsync(id, caller.UserId, client, cancellationToken), "removed");
            case "tier":
                page.Does("user.tier", value: wanted);
                return AdminHandlers.Parse<AccessTier>(wanted) is { } tier ? Answer(page, path, await users.SetTierAsync(id, tier, cancellationToken), "saved") : page.Failed(path, "unknown");
            case "role":
                page.Does("user.role", value: wanted);
                return AdminHandlers.Parse<UserRole>(wanted) is { } role ? Answer(page, path, await users.SetRoleAsync(id, role, cancellationToken), "saved") : page.Failed(path, "unknown");
            default:
                return page.Failed(path, "unknown");
        }
    }

    static IResult Answer(AdminPage page, string path, AdminChange change, string word) => change switch
    {
        AdminChange.Done => AdminPage.Done(path, word),
        AdminChange.LastAdmin => page.Failed(path, "last-admin"),
        AdminChange.Self => page.Failed(path, "self"),
        AdminChange.NoSecondFactor => page.Failed(path, "no-factor"),
        _ => page.Failed(path, "gone"),
    };

    static Markup Notice(AdminPage page) => AdminParts.Notice(
        page,
        ("saved", "Gespeichert.", "Saved."),
        ("unlocked", "Das Konto ist entsperrt.", "The account is unlocked."),
        ("signed-out", "Die Person ist überall abgemeldet.", "The person is signed out everywhere."),
        ("blocked", "Das Konto ist blockiert, alle Sitzungen sind beendet.", "The account is blocked and every session has ended."),
        ("unblocked", "Das Konto ist wieder offen.", "The account is open again."),
        ("removed", "Der zweite Faktor ist entfernt, alle Sitzungen sind beendet; die Person bekommt eine E-Mail.", "The second factor is removed and every session has ended; the person gets a mail."),
        ("self", "Nicht das eigene Konto.", "Not your own account."),
        ("no-factor", "Dieses Konto hat keinen zweiten Faktor.", "This account has no second factor."),
        ("last-admin", "Mach zuerst jemand anderen zum Administrator.", "Make somebody else an administrator first."),
        ("gone", "Dieses Konto gibt es nicht mehr.", "This account is gone."),
        ("unknown", "Das war keine der Möglichkeiten.", "That was none of the choices."));

    static Markup Account(AdminPage page, UserFile file)
    {
        var user = file.User;
        return AdminParts.Facts(
            ("Id", AdminParts.Code(user.Id)),
            (page["Adresse", "Address"], Markup.Of($"{user.Email} {(user.EmailConfirmed ? Markup.None : AdminParts.State(page["unbestätigt", "unverified"], AdminState.Warning))}")),
            (page["Rolle", "Role"], UsersPage.RoleTag(LowerCaseEnum.Text(user.Role))),
            (page["Stufe", "Tier"], AdminParts.Text(LowerCaseEnum.Text(user.AccessTier))),
            (page["Art", "Kind"], AdminParts.Text(LowerCaseEnum.Text(user.Kind))),
            (page["angelegt", "created"], AdminParts.Text(page.Instant(user.CreatedAt))),
            (page["zweiter Faktor", "second factor"], user.TwoFactorEnabled ? AdminParts.State(page["an", "on"], AdminState.Good) : AdminParts.Text(page["aus", "off"])),
            ("Passkeys", AdminParts.Number(file.PasskeyCount)),
            (page["Zugang", "Access"], user.BlockedAt is { } since ? Markup.Of($"{UsersPage.BlockedTag(page)} {page[$"seit {page.Instant(since)}", $"since {page.Instant(since)}"]}") : AdminParts.State(page["offen", "open"], AdminState.Good)),
            (page["gesperrt bis", "locked until"], file.LockedUntil is { } until ? AdminParts.State(page.Instant(until), AdminState.Bad) : AdminParts.Text(null)));
    }

    static Markup Actions(AdminPage page, User user, bool isSelf)
    {
        var path = PathOf(user.Id);
        Markup Choose<TEnum>(string what, string label, TEnum chosen) where TEnum : struct, Enum => page.Form(path, Markup.Of($"""
            {Controls.Hidden("do", what)}{AdminParts.Choice("value", label, LowerCaseEnum.Text(chosen), Enum.GetValues<TEnum>().Select(value => (LowerCaseEnum.Text(value), LowerCaseEnum.Text(value))))}{Controls.Button(page["Setzen", "Set"], "secondary")}
            """), "find");
        Markup Do(string what, string label, string kind) => page.Form(path, Markup.Of($"{Controls.Hidden("do", what)}{Controls.Button(label, kind)}"));
        var access = isSelf ? Markup.None : user.BlockedAt is null ? Do("block", page["Konto blockieren", "Block account"], "danger") : Do("unblock", page["Konto freigeben", "Unblock account"], "secondary");
        var factor = isSelf || !user.TwoFactorEnabled ? Markup.None : Do("no-second-factor", page["Zweiten Faktor entfernen", "Remove second factor"], "danger");
        return Markup.Of($"""
            {Choose("tier", page["Stufe", "Tier"], user.AccessTier)}{Choose("role", page["Rolle", "Role"], user.Role)}
            <div class="buttons">{Do("unlock", page["Entsperren", "Unlock"], "secondary")}{Do("sign-out", page["Überall abmelden", "Sign out everywhere"], "danger")}{factor}{access}</div>
            """);
    }

    static Markup Sessions(AdminPage page, UserFile file, DateTimeOffset now) => AdminParts.Table(
        page, [page["Gerät", "Device"], page["Adresse", "Address"], page["zuletzt", "last used"], page["seit", "since"]],
        file.Sessions.Select(session => (IReadOnlyList<Markup>)
        [
            AdminParts.Small(AdminParts.Text(session.DeviceName ?? DeviceLabel.Of(session.UserAgent) ?? page["unbekannt", "unknown"]), string.Join(", ", session.Amr)),
            AdminParts.Code(session.IpAddress),
            AdminParts.Text(page[$"vor {AdminParts.Span(now - session.LastActivityAt)}", $"{AdminParts.Span(now - session.LastActivityAt)} ago"]),
            AdminParts.Text(page.Instant(session.CreatedAt)),
        ]));
}
