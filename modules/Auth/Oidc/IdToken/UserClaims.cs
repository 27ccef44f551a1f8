using System.Text.Json;
using Mana.Auth.Data;
using Mana.Auth.Oidc.Protocol;
using Microsoft.EntityFrameworkCore;

namespace Mana.Auth.Oidc.IdToken;

/// <summary>What a client may know of a person (OpenID Connect Core 5.1, 5.4; auth.md 13.7): by scope, and nothing beyond it.</summary>
internal sealed class UserClaims(AuthDbContext database)
{
    /// <summary>In the order in which they are written; <c>sub</c> is always there and not listed.</summary>
    public static readonly IReadOnlyList<string> Names = ["name", "given_name", "family_name", "preferred_username", "picture", "updated_at", "email", "email_verified"];

    /// <summary>
    /// The unique handle of a person: the slug of their personal space, which is given once. Chat servers make their local part of it, so it
    /// must never be the address, which two providers can give to two people (W21).
    /// </summary>
    public async Task<string> HandleAsync(User user, CancellationToken cancellationToken) =>
        await database.Organizations.Where(space => space.OwnerUserId == user.Id && space.Type == SpaceType.Personal && space.DeletedAt == null).Select(space => space.Slug).FirstOrDefaultAsync(cancellationToken)
        ?? user.Id;

    public async Task WriteAsync(Utf8JsonWriter json, User user, IReadOnlyCollection<string> scopes, CancellationToken cancellationToken)
    {
        if (scopes.Contains(Scopes.Profile))
        {
            var words = user.Name.Split(' ', 2, StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
            json.WriteString("name", user.Name);
            if (words.Length > 0)
                json.WriteString("given_name", words[0]);
            if (words.Length > 1)
                json.WriteString("family_name", words[1]);
            json.WriteString("preferred_username", await HandleAsync(user, cancellationToken));
            if (!string.IsNullOrEmpty(user.Image))
                json.WriteString("picture", user.Image);
            json.WriteNumber("updated_at", user.UpdatedAt.ToUnixTimeSeconds());
        }

        // Synapse binds whatever address it gets (synapse.md 2): it gets none that nobody has proved.
        if (!scopes.Contains(Scopes.Email) || !user.EmailConfirmed)
            return;
        json.WriteString("email", user.Email);
        json.WriteBoolean("email_verified", true);
    }
}
