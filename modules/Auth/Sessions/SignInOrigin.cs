using System.Text;

namespace Mana.Auth.Sessions;

/// <summary>What is remembered of where a session came from (auth.md 5.3).</summary>
internal sealed record SignInOrigin(string? DeviceId, string? DeviceName, string? UserAgent, string? IpAddress, bool RememberMe)
{
    const int LongestDeviceId = 128;
    const int LongestDeviceName = 100;
    const int LongestUserAgent = 512;

    /// <summary>Null when it can be stored. The client chose the device's id and name, so a bad one is its error; a long user agent is only cut.</summary>
    public string? Problem()
    {
        if (DeviceId is { } id && (id.Length > LongestDeviceId || id.Any(char.IsControl)))
            return $"deviceId: At most {LongestDeviceId} characters, none of them control characters";
        if (DeviceName is { } name && (name.Length > LongestDeviceName || name.Any(char.IsControl)))
            return $"deviceName: At most {LongestDeviceName} characters, none of them control characters";
        return null;
    }

    /// <summary>Cut between characters: half a surrogate pair could not be stored.</summary>
    public string? StoredUserAgent()
    {
        if (UserAgent is not { Length: > 0 } agent)
            return null;
        var kept = new StringBuilder(LongestUserAgent);
        foreach (var rune in agent.EnumerateRunes())
        {
            if (kept.Length + rune.Utf16SequenceLength > LongestUserAgent)
                break;
            if (!Rune.IsControl(rune))
                kept.Append(rune.ToString());
        }

        return kept.ToString();
    }
}
