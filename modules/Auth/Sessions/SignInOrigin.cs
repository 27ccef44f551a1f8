namespace Mana.Auth.Sessions;

/// <summary>What is remembered of where a session came from (auth.md 5.3).</summary>
internal sealed record SignInOrigin(string? DeviceId, string? DeviceName, string? UserAgent, string? IpAddress, bool RememberMe)
{
    /// <summary>The browser was told not to remember: its cookie ends with it.</summary>
    public bool UntilClosed { get; init; }

    const int LongestDeviceId = 128;
    const int LongestDeviceName = 100;

    /// <summary>Null when it can be stored. The client chose the device's id and name, so a bad one is its error; a long user agent is only cut.</summary>
    public string? Problem()
    {
        if (DeviceId is { } id && (id.Length > LongestDeviceId || id.Any(char.IsControl)))
            return $"deviceId: At most {LongestDeviceId} characters, none of them control characters";
        if (DeviceName is { } name && (name.Length > LongestDeviceName || name.Any(char.IsControl)))
            return $"deviceName: At most {LongestDeviceName} characters, none of them control characters";
        return null;
    }
}
