using Mana.Kernel.Pages;
using Microsoft.AspNetCore.Http;

namespace Mana.Kernel.Admin;

/// <summary><c>/admin</c>: what every module wants an operator to see first.</summary>
internal static class OverviewPage
{
    public const string Path = AdminRoutes.Path;

    public static async Task<IResult> ShowAsync(AdminPage page, IEnumerable<IAdminGlances> sources, CancellationToken cancellationToken)
    {
        var all = new List<AdminGlance>();
        foreach (var source in sources)
            all.AddRange(await source.NowAsync(cancellationToken));
        var urgent = all.Count(glance => glance.State is AdminState.Bad or AdminState.Warning);
        var verdict = urgent == 0
            ? Controls.Done(page["Alles in Ordnung.", "All is well."])
            : Controls.Problem(page[$"{urgent} Punkte brauchen jemanden.", $"{urgent} things need somebody."]);
        return page.Show(Path, page["Überblick", "Overview"], Markup.Of($"{verdict}{AdminParts.Glances(page, all)}"));
    }
}
