namespace Mana.Apps.Calendar.Ics;

/// <summary>compute.md 9.3.</summary>
internal static class IcsLimits
{
    public const int FileBytes = 10 * 1024 * 1024;
    public const int Components = 20_000;
    /// <summary>Properties and their parameters, of all components.</summary>
    public const int Properties = 600_000;

    public const int PropertiesOfOne = 5_000;
    public const int LineBytes = 64 * 1024;
    public const int Nesting = 8;

    /// <summary>Remarks that an answer lists; there may be one for every line of a bad file.</summary>
    public const int Remarks = 1_000;
}

/// <summary>Why a file is not read at all.</summary>
internal enum IcsProblem
{
    None,
    TooLarge,
    TooManyComponents,
    NotICalendar,
    TooSlow,
}

/// <summary>Something about a line of the file, from 1.</summary>
internal readonly record struct IcsRemark(int Line, string Code, string Message);
