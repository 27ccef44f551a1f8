namespace Mana.Auth.Spaces;

/// <summary>What members can be (auth.md 14.3). A membership may hold several roles, comma separated; the highest one counts.</summary>
internal static class SpaceRoles
{
    public const string Owner = "owner";
    public const string Admin = "admin";
    public const string Member = "member";

    /// <summary>Reads and changes nothing.</summary>
    public const string Viewer = "viewer";

    /// <summary>Every role there is, the highest first. A further one is added here, with a migration for the CHECK.</summary>
    static readonly string[] Registered = [Owner, Admin, Member, Viewer];

    /// <summary>The form that is stored: registered roles, each once, by rank. Null when one of them is not registered, or there is none.</summary>
    public static string? Normalize(string role)
    {
        var parts = Split(role);
        return parts.Length > 0 && parts.All(part => Registered.Contains(part, StringComparer.Ordinal))
            ? string.Join(',', Registered.Where(registered => parts.Contains(registered, StringComparer.Ordinal)))
            : null;
    }

    /// <summary>The one role that says what the member may do: permissions only grow with the rank.</summary>
    public static string Highest(string stored) => Split(stored) is { Length: > 0 } parts ? Registered.FirstOrDefault(parts.Contains) ?? parts[0] : stored;

    /// <summary>Whatever this code does not know only reads.</summary>
    public static bool MayWrite(string stored) => Highest(stored) is Owner or Admin or Member;

    public static bool IsOwner(string stored) => Highest(stored) == Owner;

    /// <summary>0 is the highest; roles that this code does not know come last.</summary>
    public static int Rank(string stored) => Array.IndexOf(Registered, Highest(stored)) is >= 0 and var rank ? rank : Registered.Length;

    public static string Check(string column)
    {
        var one = $"({string.Join('|', Registered)})";
        return $"{column} ~ '^{one}(,{one})*$'";
    }

    static string[] Split(string role) => role.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
}
