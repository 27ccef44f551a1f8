namespace Mana.Auth.Pages;

/// <summary>What to call a browser in a list of sessions: "Firefox, Windows". Good enough to recognize one's own devices, and no more.</summary>
internal static class DeviceLabel
{
    // In this order: most browsers claim to be others too.
    static readonly (string Mark, string Name)[] Browsers =
        [("Edg", "Edge"), ("OPR/", "Opera"), ("SamsungBrowser", "Samsung Internet"), ("Firefox/", "Firefox"), ("FxiOS", "Firefox"), ("CriOS", "Chrome"), ("Chrome/", "Chrome"), ("Safari/", "Safari")];

    static readonly (string Mark, string Name)[] Systems =
        [("iPhone", "iPhone"), ("iPad", "iPad"), ("Android", "Android"), ("CrOS", "ChromeOS"), ("Mac OS X", "Mac"), ("Windows", "Windows"), ("Linux", "Linux")];

    /// <summary>Null for what is no browser we know.</summary>
    public static string? Of(string? userAgent)
    {
        if (userAgent is null)
            return null;
        var browser = Array.Find(Browsers, known => userAgent.Contains(known.Mark, StringComparison.Ordinal)).Name;
        var system = Array.Find(Systems, known => userAgent.Contains(known.Mark, StringComparison.Ordinal)).Name;
        return browser is null || system is null ? browser ?? system : $"{browser}, {system}";
    }
}
