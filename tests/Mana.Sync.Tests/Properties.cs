using FsCheck;
using FsCheck.Fluent;

namespace Mana.Sync.Tests;

/// <summary>Properties with a fixed seed: a run that failed once fails again. FsCheck prints the seed with the smallest counter-example.</summary>
internal static class Properties
{
    public const int Cases = 1000;

    public static void Check<T>(Gen<T> values, ulong seed, Action<T> body, int cases = Cases) =>
        Prop.ForAll(values.ToArbitrary(), body).Check(Config.QuickThrowOnFailure.WithMaxTest(cases).WithReplay(seed, 1));

    /// <summary>Text that an app, a collection or a field could be named with.</summary>
    public static Gen<string> Names(int longest) =>
        from size in Gen.Choose(1, longest)
        from letters in Gen.ListOf(Gen.OneOf(Gen.Elements("a", "b", "\n", "\t", "\"", "\\", "/", "ß", "漢", "🦄", " ", ".", "\u0001", "%", "="), Gen.Elements("x", "y")), size)
        select string.Concat(letters);
}
