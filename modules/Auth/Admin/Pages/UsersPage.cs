using Mana.Kernel.Admin;
using Microsoft.AspNetCore.Http;

namespace Mana.Auth.Admin.Pages;

/// <summary><c>/admin/users</c>: find an account.</summary>
internal static class UsersPage
{
    public const string Path = "/admin/users";
    const int PageSize = 25;

    public static async Task<IResult> ShowAsync(AdminPage page, UserSearch users, CancellationToken cancellationToken)
    {
        var (search, number) = (page.Query["q"].ToString(), page.Number());
        var found = await users.PageAsync(number, PageSize, search, cancellationToken);
        var rows = found.Users.Select(user => (IReadOnlyList<Markup>)
        [
            AdminParts.Small(Controls.Link(UserPage.PathOf(user.Id), user.Name.Length == 0 ? user.Email : user.Name), user.Email),
            Markup.Of($"{RoleTag(user.Role)} {(user.Kind == "human" ? Markup.None : AdminParts.State(user.Kind))} {(user.EmailVerified ? Markup.None : AdminParts.State(page["unbestätigt", "unverified"], AdminState.Warning))} {(user.Blocked ? BlockedTag(page) : Markup.None)}"),
            AdminParts.Text(user.AccessTier),
            AdminParts.Text(page.Instant(user.CreatedAt)),
            AdminParts.Text(page.Instant(user.LastActiveAt)),
        ]);
        var address = search.Length == 0 ? Path : $"{Path}?q={Uri.EscapeDataString(search)}";
        return page.Show(Path, page["Personen", "People"], Markup.Of($"""
            {AdminParts.Find(page, Path, page["Name oder Adresse", "Name or address"], search)}
            {AdminParts.Card(null, Markup.Of($"""
                <p class="fine">{page[$"{found.Total} gefunden", $"{found.Total} found"]}</p>
                {AdminParts.Table(page, [page["Person", "Person"], page["Rolle", "Role"], page["Stufe", "Tier"], page["seit", "since"], page["zuletzt aktiv", "last active"]], rows)}
                {AdminParts.Pager(page, address, number, number * PageSize < found.Total)}
                """))}
            """));
    }

    public static Markup BlockedTag(AdminPage page) => AdminParts.State(page["blockiert", "blocked"], AdminState.Bad);

    public static Markup RoleTag(string role) => AdminParts.State(role, role == "admin" ? AdminState.Warning : AdminState.Plain);
}
