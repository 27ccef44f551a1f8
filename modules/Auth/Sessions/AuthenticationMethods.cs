namespace Mana.Auth.Sessions;

/// <summary>How somebody proved who they are: the values of <c>amr</c> (RFC 8176) that we use.</summary>
internal static class AuthenticationMethods
{
    public const string Password = "pwd";

    /// <summary>A code of an authenticator app, or a backup code.</summary>
    public const string OneTimeCode = "otp";

    /// <summary>A passkey that cannot leave its device.</summary>
    public const string HardwareKey = "hwk";

    /// <summary>A passkey that is synchronised between devices.</summary>
    public const string SoftwareKey = "swk";

    /// <summary>A link in a mail. RFC 8176 has no value for it; others may be used by agreement.</summary>
    public const string Mail = "email";

    /// <summary>Two factors of different kinds; a passkey with user verification is two by itself.</summary>
    public const string MultiFactor = "mfa";

    /// <summary>What a session was proved by, in the words of <c>acr</c>: <c>2</c> for several factors, else <c>1</c>.</summary>
    public static string Level(IReadOnlyCollection<string> amr) => amr.Contains(MultiFactor, StringComparer.Ordinal) ? "2" : "1";

    public static bool IsSecondFactor(string method) => method is OneTimeCode or HardwareKey or SoftwareKey;

    /// <summary>What is proved when something more is.</summary>
    public static List<string> Join(IEnumerable<string> proved, params IEnumerable<string> more)
    {
        var all = proved.Union(more, StringComparer.Ordinal).Where(method => method != MultiFactor).ToList();
        var passkey = all.Exists(method => method is HardwareKey or SoftwareKey);
        var both = all.Contains(OneTimeCode, StringComparer.Ordinal) && all.Exists(method => method is Password or Mail);
        return passkey || both ? [.. all, MultiFactor] : all;
    }
}
