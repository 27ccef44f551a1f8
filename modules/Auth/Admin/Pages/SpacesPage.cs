using Mana.Auth.Data;
using Mana.Auth.Data.Configurations;
using Mana.Kernel.Admin;
using Microsoft.AspNetCore.Http;

namespace Mana.Auth.Admin.Pages;

/// <summary><c>/admin/spaces</c>: find a space.</summary>
internal static class SpacesPage
{
    public const string Path = "/admin/spaces";

    public static async Task<IResult> ShowAsync(AdminPage page, SpaceSearch spaces, CancellationToken cancellationToken)
    {
        var (search, personal, number) = (page.Query["q"].ToString(), page.Query["personal"] == "true", page.Number());
        var found = await spaces.PageAsync(search, personal, number, cancellationToken);
        var rows = found.Take(SpaceSearch.PageSize).Select(line => (IReadOnlyList<Markup>)
        [
            AdminParts.Small(Controls.Link(SpacePage.PathOf(line.Space.Id), line.Space.Name), line.Space.Slug),
            AdminParts.Text(LowerCaseEnum.Text(line.Space.Type)),
            AdminParts.Text(LowerCaseEnum.Text(line.Space.Tier)),
            AdminParts.Number(line.MemberCount),
            AdminParts.Text(page.Instant(line.Space.CreatedAt)),
        ]);
        var address = $"{Path}?q={Uri.EscapeDataString(search)}{(personal ? "&personal=true" : "")}";
        return page.Show(Path, "Spaces", Markup.Of($"""
            {AdminParts.Find(page, Path, page["Name, Kürzel oder Id", "Name, slug or id"], search, Controls.Check("personal", page["auch persönliche", "personal ones too"], personal))}
            {AdminParts.Card(null, Markup.Of($"""
                {AdminParts.Table(page, ["Space", page["Art", "Type"], page["Stufe", "Tier"], page["Mitglieder", "Members"], page["seit", "since"]], rows)}
                {AdminParts.Pager(page, address, number, found.Count > SpaceSearch.PageSize)}
                """))}
            """));
    }
}

/// <summary><c>/admin/spaces/{id}</c>: one space, its people and its tier.</summary>
internal static class SpacePage
{
    public const string Route = SpacesPage.Path + "/{id}";

    public static string PathOf(string spaceId) => $"{SpacesPage.Path}/{Uri.EscapeDataString(spaceId)}";

    public static async Task<IResult> ShowAsync(string id, AdminPage page, SpaceSearch spaces, CancellationToken cancellationToken)
    {
        if (await spaces.FindAsync(id, cancellationToken) is not { Space: var space, Members: var members })
            return AdminHandlers.SpaceNotFound;
        var tiers = Enum.GetValues<AccessTier>().Select(tier => (LowerCaseEnum.Text(tier), LowerCaseEnum.Text(tier)));
        return page.Show(SpacesPage.Path, space.Name, Markup.Of($"""
            {AdminParts.Notice(page, ("saved", "Gespeichert.", "Saved."), ("gone", "Diesen Space gibt es nicht mehr.", "This space is gone."), ("unknown", "Diese Stufe gibt es nicht.", "There is no such tier."))}
            <div class="two">{AdminParts.Card("Space", AdminParts.Facts(
                ("Id", AdminParts.Code(space.Id)), (page["Kürzel", "Slug"], AdminParts.Code(space.Slug)), (page["Art", "Type"], AdminParts.Text(LowerCaseEnum.Text(space.Type))),
                (page["Stufe", "Tier"], AdminParts.Text(LowerCaseEnum.Text(space.Tier))), (page["angelegt", "created"], AdminParts.Text(page.Instant(space.CreatedAt)))))}
            {AdminParts.Card(page["Ändern", "Change"], page.Form(PathOf(id), Markup.Of($"{AdminParts.Choice("tier", page["Stufe", "Tier"], LowerCaseEnum.Text(space.Tier), tiers)}{Controls.Button(page["Setzen", "Set"], "secondary")}"), "find"))}</div>
            {AdminParts.Card(page["Mitglieder", "Members"], AdminParts.Table(page, [page["Person", "Person"], page["Rolle", "Role"], page["seit", "since"]], members.Select(member => (IReadOnlyList<Markup>)
                [AdminParts.Small(Controls.Link(UserPage.PathOf(member.UserId), member.Name.Length == 0 ? member.Email : member.Name), member.Email), AdminParts.Text(member.Role), AdminParts.Text(page.Instant(member.Since))])))}
            """));
    }

    public static async Task<IResult> ChangeAsync(string id, AdminPage page, UserAdministration spaces, CancellationToken cancellationToken)
    {
        var wanted = (await page.FormAsync())["tier"].ToString();
        page.Does("space.tier", target: id, value: wanted);
        if (AdminHandlers.Parse<AccessTier>(wanted) is not { } tier)
            return page.Failed(PathOf(id), "unknown");
        return await spaces.SetSpaceTierAsync(id, tier, cancellationToken) ? AdminPage.Done(PathOf(id), "saved") : page.Failed(PathOf(id), "gone");
    }
}
