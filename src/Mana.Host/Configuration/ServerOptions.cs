using System.Globalization;
using Mana.Kernel.Configuration;

namespace Mana.Host.Configuration;

/// <summary>Section <c>Server</c>.</summary>
internal sealed class ServerOptions : IManaOptions
{
    public const int DefaultPort = 3001;

    /// <summary><c>PORT</c>. Text, so that a value that is no number is refused and not read as 0.</summary>
    public string Port { get; set; } = DefaultPort.ToString(CultureInfo.InvariantCulture);

    /// <summary>Address to listen on; unset: loopback in Development, all addresses elsewhere.</summary>
    public string? Address { get; set; }

    /// <summary>How long a stopping host lets running requests finish.</summary>
    public int DrainSeconds { get; set; } = 20;

    public int PortNumber => int.TryParse(Port, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : -1;

    public IEnumerable<string> Problems(bool production)
    {
        if (PortNumber is < 0 or > 65535)
            yield return $"PORT: '{Port}' is not a port number.";
        if (Address is { Length: > 0 } && !System.Net.IPAddress.TryParse(Address, out _))
            yield return $"Server:Address: '{Address}' is not an IP address.";
        if (DrainSeconds is < 1 or > 300)
            yield return "Server:DrainSeconds must be between 1 and 300.";
    }
}
