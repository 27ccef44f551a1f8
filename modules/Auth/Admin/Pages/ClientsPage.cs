using Mana.Auth.Oidc.Administration;
using Mana.Kernel.Admin;
using Microsoft.AspNetCore.Http;

namespace Mana.Auth.Admin.Pages;

/// <summary><c>/admin/oidc</c>: the programs that people sign in to here. They are changed by the API, because a new secret belongs into no page.</summary>
internal static class ClientsPage
{
    public const string Path = "/admin/oidc";

    public static async Task<IResult> ShowAsync(AdminPage page, ClientAdministration clients, CancellationToken cancellationToken)
    {
        var rows = (await clients.ListAsync(cancellationToken)).Select(client => (IReadOnlyList<Markup>)
        [
            AdminParts.Small(AdminParts.Text(client.Name), client.ClientId),
            Markup.Of($"{AdminParts.State(client.Type)} {(client.Disabled ? AdminParts.State(page["abgeschaltet", "disabled"], AdminState.Bad) : Markup.None)}"),
            AdminParts.Small(AdminParts.Text(string.Join(", ", client.GrantTypes)), client.ResourceScopes.Count == 0 ? string.Join(" ", client.AllowedScopes)
                : page[$"Ressourcenserver von {string.Join(" ", client.ResourceScopes)}", $"resource server of {string.Join(" ", client.ResourceScopes)}"]),
            Markup.Of($"{client.RedirectUris.Select(uri => Markup.Of($"<small>{uri}</small>"))}"),
            AdminParts.Small(AdminParts.Text(client.TokenEndpointAuthMethod), client.Secrets.Count == 0 ? null : page[$"{client.Secrets.Count} Geheimnisse", $"{client.Secrets.Count} secrets"]),
            AdminParts.Text(client.Source),
        ]);
        return page.Show(Path, page["OIDC-Clients", "OIDC clients"], AdminParts.Card(
            null, AdminParts.Table(page, ["Client", page["Art", "Type"], page["darf", "may"], page["Rückwege", "Redirects"], page["weist sich aus", "authenticates"], page["Herkunft", "Source"]], rows),
            page["Geändert werden sie über /api/v1/admin/oauth/clients.", "They are changed by /api/v1/admin/oauth/clients."]));
    }
}
