namespace Mana.Kernel.Jobs;

/// <summary>The tables that Quartz 4.7.3 reads and writes, for the migration that creates them.</summary>
internal static class QuartzSchema
{
    /// <summary>Creates schema <c>jobs</c> and everything in it. To be run once, by the owner; a test compares it with the package's own DDL.</summary>
    public static string Sql { get; } = Read();

    private static string Read()
    {
        using var stream = typeof(QuartzSchema).Assembly.GetManifestResourceStream("Mana.Kernel.Jobs.QuartzSchema.sql")
            ?? throw new InvalidOperationException("QuartzSchema.sql is not embedded in Mana.Kernel.");
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }
}
